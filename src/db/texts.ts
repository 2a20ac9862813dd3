import { createHash } from 'node:crypto';
import type { ContentRef } from '../domain/session-state.js';
import { execute, sql, type Db } from './sql.js';

const PREVIEW_CHARACTERS = 160;

/** Stores a text once, by its hash, and gives the reference that travels in its place. */
export async function storeText(db: Db, text: string, contentType = 'text/markdown'): Promise<ContentRef> {
  const content = Buffer.from(text, 'utf8');
  const ref = refTo(text);
  const hash = Buffer.from(ref.sha256, 'hex');
  await execute(
    db,
    sql`insert into blobs (sha256, bytes, content_type, content)
        values (${hash}, ${content.length}, ${contentType}, ${content})
        on conflict (sha256) do nothing`,
  );
  return ref;
}

export function refTo(text: string): ContentRef {
  const sha256 = createHash('sha256').update(text, 'utf8').digest('hex');
  return { sha256, bytes: Buffer.byteLength(text), preview: previewOf(text) };
}

/** What PostgreSQL and JSON can hold: no NUL, no broken surrogate pairs. */
export function wellFormed(text: string): string {
  return Buffer.from(text.replaceAll('\u0000', ''), 'utf8').toString('utf8');
}

function previewOf(text: string): string {
  const line = text
    .slice(0, PREVIEW_CHARACTERS * 4)
    .replace(/\s+/g, ' ')
    .trim();
  return [...line].slice(0, PREVIEW_CHARACTERS).join('');
}
