import { previewOf, type ContentRef } from '../../domain/runs/content-ref.js';
import { many, prepared, sql, type Db } from '../base/sql.js';

export interface StoredText {
  readonly text: string;
  readonly bytes: number;
  readonly contentType: string;
}

/** The texts behind hashes, those that are still kept. Ask only for hashes out of rows that the viewer may see. */
export async function readTexts(
  db: Db,
  hashes: readonly (string | null | undefined)[],
): Promise<Map<string, StoredText>> {
  const wanted = [...new Set(hashes.filter((hash): hash is string => hash != null && hash !== ''))];
  const rows = await many<{ sha256: string; content: Buffer; bytes: number; contentType: string }>(
    db,
    prepared(
      'blobs.read',
      sql`select encode(sha256, 'hex') as sha256, content, bytes, content_type as "contentType"
            from blobs
           where sha256 = any(select decode(hash, 'hex') from unnest(${wanted}::text[]) as hash)`,
    ),
  );
  return new Map(
    rows.map(({ sha256, content, bytes, contentType }) => [
      sha256,
      { text: content.toString('utf8'), bytes, contentType },
    ]),
  );
}

/** The same as references, by their hashes. */
export async function readTextRefs(db: Db, hashes: readonly string[]): Promise<Map<string, ContentRef>> {
  const texts = await readTexts(db, hashes);
  return new Map(
    [...texts].map(([sha256, { bytes, text }]) => [sha256, { sha256, bytes, preview: previewOf(text) }]),
  );
}
