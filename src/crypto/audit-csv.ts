import { canonicalJson } from '../domain/audit/canonical-json.js';
import type { AuditContent } from './audit-chain.js';
import { AUDIT_FILE_FORMAT, AuditFileError, type AuditRecord } from './audit-file.js';

/**
 * The same records as CSV (RFC 4180), for a spreadsheet.
 *
 * C1. A null is an empty cell, an empty text a quoted empty one. The file thus says which of them was hashed.
 * C2. A cell that a spreadsheet would run gets an apostrophe in front. So does a cell that began with an apostrophe.
 *     Reading removes it.
 */
const TEXTS = [
  'id',
  'timestamp',
  'actorId',
  'actorName',
  'actorEmail',
  'actorRole',
  'action',
  'resourceType',
  'resourceId',
  'reason',
  'requestId',
] as const satisfies readonly (keyof AuditContent)[];
const DOCUMENTS = ['before', 'after', 'origin'] as const satisfies readonly (keyof AuditContent)[];
const COLUMNS = [
  'type',
  'seq',
  'hash',
  'contentHash',
  ...TEXTS,
  ...DOCUMENTS,
  'isDeleted',
  'checkpoint',
] as const;
type Column = (typeof COLUMNS)[number];
type Row = Partial<Record<Column, string | null>>;

export const auditCsvHead = `${COLUMNS.join(',')}\r\n`;

export function writeAuditCsv(record: AuditRecord): string {
  const row = toRow(record);
  return `${COLUMNS.map((column) => writeCell(row[column] ?? null)).join(',')}\r\n`;
}

function toRow(record: AuditRecord): Row {
  switch (record.type) {
    case 'header':
      return { type: 'header', seq: String(record.after.seq), hash: record.after.hash };
    case 'link':
      return { type: 'link', seq: String(record.seq), hash: record.hash, contentHash: record.contentHash };
    case 'checkpoint':
      return { type: 'checkpoint', checkpoint: JSON.stringify(record.checkpoint) };
    case 'entry': {
      const { entry } = record;
      const texts = TEXTS.map((name) => [name, entry[name]]);
      const documents = DOCUMENTS.map((name) => [
        name,
        entry[name] === null ? null : canonicalJson(entry[name]),
      ]);
      const row = Object.fromEntries([...texts, ...documents]) as Row;
      return {
        ...row,
        type: 'entry',
        seq: String(record.seq),
        hash: record.hash,
        isDeleted: String(record.isDeleted),
      };
    }
  }
}

function writeCell(text: string | null): string {
  if (text === null) return '';
  const guarded = /^[=+\-@\t\r']/.test(text) ? `'${text}` : text;
  return guarded === '' || /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** The output of `writeAuditCsv`, not yet checked by the schema. */
export function readAuditCsv(cells: readonly (string | null)[]): unknown {
  if (cells.length !== COLUMNS.length) throw new AuditFileError('a row has the wrong number of cells');
  const row = Object.fromEntries(
    COLUMNS.map((column, index) => [column, unguard(cells[index] ?? null)]),
  ) as Row;
  const [seq, hash] = [Number(row.seq), row.hash];
  if (row.type === 'header') return { type: 'header', format: AUDIT_FILE_FORMAT, after: { seq, hash } };
  if (row.type === 'link') return { type: 'link', seq, hash, contentHash: row.contentHash };
  if (row.type === 'checkpoint') return { type: 'checkpoint', checkpoint: parse(row.checkpoint) };
  const texts = TEXTS.map((name) => [name, row[name] ?? null]);
  const documents = DOCUMENTS.map((name) => [name, parse(row[name])]);
  const entry = Object.fromEntries([...texts, ...documents]) as unknown;
  return { type: row.type, seq, hash, entry, isDeleted: parse(row.isDeleted) };
}

function unguard(cell: string | null): string | null {
  return cell?.startsWith("'") ? cell.slice(1) : cell;
}

function parse(text: string | null | undefined): unknown {
  return text === null || text === undefined ? null : JSON.parse(text);
}

/** The rows of a CSV text that comes in pieces; an unquoted empty cell is null. */
export async function* csvRows(pieces: AsyncIterable<string>): AsyncGenerator<(string | null)[]> {
  const reader = new CsvReader();
  for await (const piece of pieces) yield* reader.read(piece);
  yield* reader.end();
}

class CsvReader {
  #cells: (string | null)[] = [];
  #text = '';
  #wasQuoted = false;
  /** `quote`: a quote inside a quoted cell, which ends it unless another one follows. */
  #state: 'plain' | 'quoted' | 'quote' = 'plain';

  *read(piece: string): Generator<(string | null)[]> {
    for (const character of piece) {
      if (this.#state === 'quoted') this.#readQuoted(character);
      else if (character === '"') this.#openQuote();
      else if (character === ',') this.#endCell();
      else if (character === '\n') yield this.#endRow();
      else if (character !== '\r') this.#text += character;
    }
  }

  *end(): Generator<(string | null)[]> {
    if (this.#text !== '' || this.#cells.length > 0) yield this.#endRow();
  }

  #readQuoted(character: string): void {
    if (character === '"') this.#state = 'quote';
    else this.#text += character;
  }

  #openQuote(): void {
    if (this.#state === 'quote') this.#text += '"';
    this.#state = 'quoted';
    this.#wasQuoted = true;
  }

  #endCell(): void {
    this.#cells.push(this.#text === '' && !this.#wasQuoted ? null : this.#text);
    this.#text = '';
    this.#wasQuoted = false;
    this.#state = 'plain';
  }

  #endRow(): (string | null)[] {
    this.#endCell();
    const row = this.#cells;
    this.#cells = [];
    return row;
  }
}
