import type { Db } from '../../db/base/sql.js';
import { chunksFor, type ChunkPlace } from '../../db/sql/chunks.js';
import { RecordReader } from '../../domain/sql/result-csv.js';
import { jsonValueOf, type JsonValue, type ResultColumn } from '../../domain/sql/result-values.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';

/** A window of stored rows: where they lie, and which of them. */
export interface Window {
  readonly runId: string;
  readonly key: string;
  readonly columns: readonly ResultColumn[];
  readonly offset: number;
  readonly limit: number;
}

/** Wide rows end a window early: what is read and sent stays small whatever was asked for. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Undefined: the rows are no longer kept. Reads the chunks that hold the window and nothing before them. */
export async function readWindow(
  db: Db,
  objects: ObjectStore,
  window: Window,
): Promise<JsonValue[][] | undefined> {
  const { offset, limit, columns } = window;
  const chunks = await chunksFor(db, window.runId, { offset, limit });
  const values = columns.map(({ type }) => jsonValueOf(type));
  const rows: JsonValue[][] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    if (bytes >= MOST_BYTES && rows.length > 0) break;
    const text = await readChunk(objects, window.key, chunk);
    if (text === undefined) return undefined;
    bytes += chunk.byteCount;
    let row = chunk.firstRow;
    for (const fields of new RecordReader().read(text)) {
      if (row >= offset && row < offset + limit) {
        rows.push(fields.map((field, index) => values[index]?.(field) ?? null));
      }
      row += 1;
    }
  }
  return rows;
}

async function readChunk(
  objects: ObjectStore,
  key: string,
  { firstByte, byteCount }: ChunkPlace,
): Promise<string | undefined> {
  const found = await objects.get(key, { first: firstByte, last: firstByte + byteCount - 1 });
  if (found === undefined) return undefined;
  const parts: Buffer[] = [];
  for await (const part of found.stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
