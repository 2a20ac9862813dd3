import { createHash } from 'node:crypto';
import { previewOf, type ContentRef } from '../../domain/runs/content-ref.js';
import { execute, maybeOne, one, prepared, sql, type Db, type Sql } from '../base/sql.js';

/**
 * Content, stored once by its SHA-256.
 *
 * B1. A blob is written together with the run that has it: no transaction commits one without the other.
 * B2. Storing what is there already moves `touched_at` on, under the row's lock. Retention removes content without a
 *     run that was untouched for a day: a run may be about to have it.
 */
export interface NewBlob {
  readonly content: Buffer | string;
  readonly contentType: string;
}

/** Stores content for a run. In the caller's transaction: see B1. */
export async function storeBlob(db: Db, runId: string, blob: NewBlob): Promise<ContentRef> {
  const ref = refOf(blob);
  await execute(db, prepared('blobs.store', sql`with ${blobCtes(runId, blob, ref)} select`));
  return ref;
}

/** The same as part of a larger statement: `stored` and `owned`. */
export function blobCtes(runId: string, blob: NewBlob, ref = refOf(blob)): Sql {
  return sql`stored as (
          insert into blobs (sha256, bytes, content_type, content)
          values (decode(${ref.sha256}, 'hex'), ${ref.bytes}, ${blob.contentType}, ${bytesOf(blob)})
          on conflict (sha256) do update set touched_at = now()
          returning sha256),
        owned as (
          insert into run_blobs (run_id, sha256) select ${runId}, sha256 from stored
          on conflict do nothing)`;
}

/** How content is referred to once it is stored. */
export function refOf(blob: NewBlob): ContentRef {
  const bytes = bytesOf(blob);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const preview = typeof blob.content === 'string' ? previewOf(blob.content) : '';
  return { sha256, bytes: bytes.length, preview };
}

function bytesOf({ content }: NewBlob): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
}

/** Lets a run have content that is stored already, for example what a fork takes over. Unknown hashes are left out. */
export async function shareBlobs(db: Db, runId: string, sha256s: readonly string[]): Promise<void> {
  await execute(
    db,
    sql`with kept as (
          update blobs set touched_at = now()
           where sha256 = any(select decode(hash, 'hex') from unnest(${[...sha256s]}::text[]) as hash)
          returning sha256)
        insert into run_blobs (run_id, sha256) select ${runId}, sha256 from kept
        on conflict do nothing`,
  );
}

/** Whether all of this content is still kept. */
export async function areKept(db: Db, sha256s: readonly string[]): Promise<boolean> {
  const wanted = [...new Set(sha256s)];
  const { kept } = await one<{ kept: number }>(
    db,
    sql`select count(*) as kept from blobs
         where sha256 = any(select decode(hash, 'hex') from unnest(${wanted}::text[]) as hash)`,
  );
  return kept === wanted.length;
}

export interface Blob {
  readonly content: Buffer;
  readonly contentType: string;
}

/** Undefined when it is no longer kept. */
export function findBlob(db: Db, sha256: string): Promise<Blob | undefined> {
  return maybeOne<{ content: Buffer; contentType: string }>(
    db,
    sql`select content, content_type as "contentType" from blobs where sha256 = decode(${sha256}, 'hex')`,
  );
}

/** `length` bytes from `offset` on, fewer at the end. Undefined when it is no longer kept. */
export async function readBlobPart(
  db: Db,
  sha256: string,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<Buffer | undefined> {
  const row = await maybeOne<{ part: Buffer }>(
    db,
    sql`select substring(content from ${offset + 1}::integer for ${length}::integer) as part
          from blobs where sha256 = decode(${sha256}, 'hex')`,
  );
  return row?.part;
}

/** Removes up to `limit` contents that no run has. Gives their number. */
export function deleteUnusedBlobs(db: Db, limit: number): Promise<number> {
  return execute(
    db,
    sql`delete from blobs
         where sha256 in (
               select sha256 from blobs as candidate
                where touched_at < now() - interval '1 day'
                  and not exists (select from run_blobs where run_blobs.sha256 = candidate.sha256)
                limit ${limit})
           and touched_at < now() - interval '1 day'`,
  );
}
