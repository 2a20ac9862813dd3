import { Readable } from 'node:stream';
import { Refusal } from '../../contracts/refusal.js';
import type { DownloadFormat } from '../../contracts/sql/download.js';
import type { ResultEngine } from '../../contracts/sql/ports.js';
import { csvLine } from '../../domain/reports/csv.js';
import { RecordReader, type Field } from '../../domain/sql/result-csv.js';
import {
  isExactNumber,
  jsonValueOf,
  uniqueNames,
  type ResultColumn,
} from '../../domain/sql/result-values.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import type { ReadableResult } from './results.js';
import { statementRefusal } from './check-statement.js';
import { SHEET_ROWS, xlsxFile } from './xlsx.js';

export const downloadTypes: Readonly<Record<DownloadFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  json: 'application/json; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  parquet: 'application/vnd.apache.parquet',
};

export interface DownloadOrder {
  readonly result: ReadableResult;
  readonly format: DownloadFormat;
  /** So that a spreadsheet takes the file for UTF-8. */
  readonly bom: boolean;
  /** So that a spreadsheet runs nothing of it. */
  readonly escapeFormulas: boolean;
}

/** The stored result as a file, a part of it at a time. Nothing is asked of a source. */
export async function downloadResult(
  objects: ObjectStore,
  engine: ResultEngine,
  order: DownloadOrder,
): Promise<Readable> {
  const { result, format } = order;
  const { columns, key } = result;
  if (format === 'xlsx' && result.rowCount >= SHEET_ROWS) {
    throw statementRefusal(
      'sql_too_large',
      `A sheet takes ${SHEET_ROWS - 1} rows; this result has ${result.rowCount}.`,
    );
  }
  if (format === 'parquet') {
    const name = 'result';
    return Readable.from(engine.parquet({ name, key, columns }));
  }
  const found = await objects.get(key);
  if (found === undefined) throw new Refusal('gone');
  const rows = recordsOf(found.stream);
  if (format === 'xlsx') return xlsxFile(columns, rows);
  return Readable.from(inPieces(format === 'csv' ? csvLines(rows, order) : jsonLines(rows, columns, format)));
}

/** Without the titles, which stand in the first record. */
async function* recordsOf(stream: Readable): AsyncGenerator<Field[]> {
  const reader = new RecordReader();
  let isTitle = true;
  for await (const text of stream.setEncoding('utf8')) {
    for (const record of reader.read(text as string)) {
      if (!isTitle) yield record;
      isTitle = false;
    }
  }
}

async function* csvLines(
  rows: AsyncIterable<readonly Field[]>,
  { result: { columns }, bom, escapeFormulas }: DownloadOrder,
): AsyncGenerator<string> {
  const values = columns.map(({ type }) => jsonValueOf(type));
  // A number with a sign is no formula.
  const isSafe = columns.map(({ type }) => !escapeFormulas || isExactNumber(type));
  yield (
    (bom ? '\ufeff' : '') +
    csvLine(
      columns.map(({ name }) => name),
      columns.map(() => !escapeFormulas),
    )
  );
  for await (const fields of rows) {
    yield csvLine(
      fields.map((field, index) => values[index]?.(field) ?? null),
      isSafe,
    );
  }
}

async function* jsonLines(
  rows: AsyncIterable<readonly Field[]>,
  columns: readonly ResultColumn[],
  format: 'json' | 'ndjson',
): AsyncGenerator<string> {
  const values = columns.map(({ type }) => jsonValueOf(type));
  const names = uniqueNames(columns).map((name) => JSON.stringify(name));
  let before = format === 'json' ? '[\n' : '';
  for await (const fields of rows) {
    const members = fields.map(
      (field, index) => `${names[index]}:${JSON.stringify(values[index]?.(field) ?? null)}`,
    );
    yield `${before}{${members.join(',')}}${format === 'json' ? '' : '\n'}`;
    before = format === 'json' ? ',\n' : '';
  }
  if (format === 'json') yield before === '[\n' ? '[]\n' : '\n]\n';
}

const PIECE_CHARACTERS = 64 * 1024;

/** A write for each row would be most of the work. */
async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let text = '';
  for await (const each of lines) {
    text += each;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
