import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { csvRows, readAuditCsv } from '../contracts/audit-csv.js';
import {
  AuditFileError,
  auditRecordSchema,
  verifyAuditRecords,
  type AuditFileVerdict,
  type AuditRecord,
} from '../contracts/audit-file.js';
import { CliError } from './cli-error.js';
import type { Terminal } from './terminal.js';

export interface AuditVerifyOptions {
  /** Public key that the file must be signed with. */
  readonly key?: string;
  readonly json: boolean;
}

/** Checks an exported audit log without a server and without a database. Gives whether it is whole. */
export async function auditVerifyCommand(
  file: string,
  options: AuditVerifyOptions,
  terminal: Pick<Terminal, 'out'>,
): Promise<boolean> {
  const verdict = await verifyAuditRecords(() => readRecords(file), options.key?.toLowerCase()).catch(
    explain,
  );
  terminal.out(options.json ? JSON.stringify(verdict) : describe(verdict, options.key !== undefined));
  return verdict.valid;
}

/** A file that is not one of ours, or not there, is one sentence and not a stack. */
function explain(error: unknown): never {
  if (
    error instanceof AuditFileError ||
    error instanceof SyntaxError ||
    (error as { code?: unknown }).code === 'ENOENT'
  ) {
    throw new CliError(`not an exported audit log: ${(error as Error).message}`);
  }
  throw error;
}

async function* readRecords(file: string): AsyncGenerator<AuditRecord> {
  const stream = createReadStream(file, { encoding: 'utf8' });
  try {
    for await (const record of file.endsWith('.csv') ? csvRecords(stream) : ndjsonRecords(stream)) {
      const parsed = auditRecordSchema.safeParse(record);
      if (!parsed.success) throw new AuditFileError('a record is not of this format');
      yield parsed.data;
    }
  } finally {
    stream.destroy();
  }
}

async function* ndjsonRecords(stream: NodeJS.ReadableStream): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    if (line !== '') yield JSON.parse(line);
  }
}

async function* csvRecords(stream: AsyncIterable<string>): AsyncGenerator<unknown> {
  let isHead = true;
  for await (const cells of csvRows(stream)) {
    if (!isHead) yield readAuditCsv(cells);
    isHead = false;
  }
}

function describe(verdict: AuditFileVerdict, keyWasGiven: boolean): string {
  const { firstBroken, checkpoint, entries, links } = verdict;
  if (firstBroken !== undefined) {
    const where = firstBroken.seq === null ? '' : ` at entry ${firstBroken.seq}`;
    return `broken${where}${firstBroken.id === null ? '' : ` (${firstBroken.id})`}: ${firstBroken.reason}`;
  }
  const left = links === 0 ? '' : ` and ${links} that the export left out`;
  return [
    `whole: ${entries} entries${left}, up to ${checkpoint?.seq}, signed ${checkpoint?.signedAt}`,
    keyWasGiven
      ? 'signed with the key that was given'
      : `signed with the key ${checkpoint?.publicKey}: compare it`,
  ].join('\n');
}
