import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { csvRows, readAuditCsv } from '../crypto/audit-csv.js';
import {
  AuditFileError,
  auditRecordSchema,
  verifyAuditRecords,
  type AuditFileVerdict,
  type AuditRecord,
} from '../crypto/audit-file.js';
import { CliError } from './cli-error.js';
import { printable, type Terminal } from './terminal.js';

/** Far more than an entry can say. */
const LONGEST_LINE = 16 * 1024 * 1024;

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
  const verdict = await verifyFile(file, options.key?.toLowerCase());
  terminal.out(options.json ? JSON.stringify(verdict) : describe(verdict, options.key !== undefined));
  return verdict.valid;
}

async function verifyFile(file: string, key: string | undefined): Promise<AuditFileVerdict> {
  try {
    // A pipe could not be read a second time.
    if (!(await stat(file)).isFile()) throw cannotRead(file, 'it is no regular file');
    return await verifyAuditRecords(() => readRecords(file), key);
  } catch (error) {
    throw explained(error, file);
  }
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
};

/**
 * A file that is not one of ours, or cannot be read, is one sentence and not a stack. A parser's message is not passed
 * on: it quotes the file, whose bytes may be anything.
 */
function explained(error: unknown, file: string): unknown {
  if (error instanceof AuditFileError) return notOurs(error.message);
  if (error instanceof SyntaxError) return notOurs('a record is not JSON');
  if (error instanceof RangeError) return notOurs('a record is too long or too deep');
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error : cannotRead(file, systemErrors[code] ?? `the system says ${code}`);
}

function notOurs(why: string): CliError {
  return new CliError(`not an exported audit log: ${why}`);
}

function cannotRead(file: string, why: string): CliError {
  return new CliError(`cannot read ${printable(file)}: ${why}`);
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

async function* ndjsonRecords(stream: AsyncIterable<string>): AsyncGenerator<unknown> {
  for await (const line of linesOf(stream)) {
    if (line.trim() !== '') yield JSON.parse(line);
  }
}

/** Like `readline`, but an error of the file reaches the caller, and a file without lines is not held whole. */
async function* linesOf(stream: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of stream) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new AuditFileError('a line has no end');
    yield* lines;
  }
  yield rest;
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
    return `broken${where}${firstBroken.id === null ? '' : ` (${printable(firstBroken.id)})`}: ${firstBroken.reason}`;
  }
  const left = links === 0 ? '' : ` and ${links} that the export left out`;
  return [
    `whole: ${entries} entries${left}, up to ${checkpoint?.seq}, signed ${printable(checkpoint?.signedAt ?? '')}`,
    keyWasGiven
      ? 'signed with the key that was given'
      : `signed with the key ${checkpoint?.publicKey}: compare it`,
  ].join('\n');
}
