import type { z } from 'zod';
import type { AuditResource } from '../../contracts/audit/log.js';
import type { ImportReport, LineError } from '../../contracts/notifications/import-report.js';
import { Refusal } from '../../contracts/refusal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import type { Upserted } from '../../db/notifications/import-records.js';
import type { ReadLine } from './read-lines.js';
import type { AskedBy } from './records.js';

/**
 * I1. All or nothing: lines are written in the caller's transaction as they come, and a refused one rolls back all.
 *     The problems of the other lines are collected too, so that a file is mended in one go.
 * I2. Lines are written in batches, a statement each; a repeated record is written in its order.
 */
export interface ImportKind<Line, Row> {
  readonly resourceType: AuditResource;
  readonly schema: z.ZodType<Line>;
  /** The same for lines that are about the same record. */
  keyOf(line: Line): string;
  /** The rows as they are written; undefined where what the line belongs to is not there. */
  resolve(tx: Tx, lines: readonly Line[]): Promise<readonly (Row | undefined)[]>;
  /** Records that `resolve` did not find. */
  readonly missing: { readonly field: string; readonly message: string };
  write(tx: Tx, rows: readonly Row[]): Promise<Upserted>;
}

const BATCH = 500;
const MOST_ERRORS = 100;

export async function importRecords<Line, Row>(
  tx: Tx,
  kind: ImportKind<Line, Row>,
  { lines, by }: { readonly lines: AsyncIterable<ReadLine>; readonly by: AskedBy },
): Promise<ImportReport> {
  const work = new Import(tx, kind);
  for await (const line of lines) await work.take(line);
  const report = await work.finish();
  await recordAudit(tx, {
    actor: by.principal,
    origin: by.origin,
    resourceType: kind.resourceType,
    resourceId: 'import',
    action: 'imported',
    after: { ...report },
  });
  return report;
}

class Import<Line, Row> {
  readonly #errors: LineError[] = [];
  readonly #counts = { lines: 0, created: 0, updated: 0 };
  #batch: { readonly line: number; readonly value: Line }[] = [];
  #keys = new Set<string>();
  #refused = 0;
  readonly #tx: Tx;
  readonly #kind: ImportKind<Line, Row>;

  constructor(tx: Tx, kind: ImportKind<Line, Row>) {
    this.#tx = tx;
    this.#kind = kind;
  }

  async take(read: ReadLine): Promise<void> {
    this.#counts.lines += 1;
    if ('error' in read) return this.#refuse({ line: read.line, field: '', message: read.error });
    const parsed = this.#kind.schema.safeParse(read.value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) this.#refuse(...errorsOf(read.line, issue));
      return;
    }
    const key = this.#kind.keyOf(parsed.data);
    // A statement cannot write a row twice.
    if (this.#batch.length >= BATCH || this.#keys.has(key)) await this.#flush();
    this.#keys.add(key);
    this.#batch.push({ line: read.line, value: parsed.data });
  }

  async finish(): Promise<ImportReport> {
    await this.#flush();
    if (this.#refused > 0) throw refusal(this.#errors, this.#refused);
    return this.#counts;
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#keys = new Set();
    if (batch.length === 0) return;
    const values = batch.map(({ value }) => value);
    const resolved = await this.#kind.resolve(this.#tx, values);
    const rows: Row[] = [];
    for (const [index, row] of resolved.entries()) {
      if (row === undefined) this.#refuse({ line: batch[index]?.line ?? 0, ...this.#kind.missing });
      else rows.push(row);
    }
    // The transaction will roll back: the rest is only checked.
    if (this.#refused > 0) return;
    const { created, updated } = await this.#kind.write(this.#tx, rows);
    this.#counts.created += created;
    this.#counts.updated += updated;
  }

  #refuse(...errors: readonly LineError[]): void {
    this.#refused += errors.length;
    this.#errors.push(...errors.slice(0, MOST_ERRORS - this.#errors.length));
  }
}

function errorsOf(line: number, issue: z.core.$ZodIssue): LineError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((field) => ({ line, field, message: 'unknown field' }));
  }
  return [{ line, field: issue.path.map(String).join('.'), message: issue.message }];
}

function refusal(shown: readonly LineError[], count: number): Refusal {
  return new Refusal('validation_error', {
    detail: `Nothing was imported: ${count} ${count === 1 ? 'error' : 'errors'}, the first in line ${shown[0]?.line ?? 0}.`,
    errors: shown.map(({ line, field, message }) => ({
      path: `line ${line}${field === '' ? '' : `: ${field}`}`,
      message,
    })),
    facts: { line_errors: shown, error_count: count },
  });
}
