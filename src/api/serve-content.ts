import { Readable } from 'node:stream';
import type { Context } from 'koa';
import type { RunResult } from '../contracts/run.js';
import { Problem } from '../contracts/problems.js';
import { readBlobPart } from '../db/blobs.js';
import type { Db } from '../db/sql.js';
import { contentDisposition } from '../domain/content-disposition.js';
import { parseRange, type ByteRange } from '../domain/byte-range.js';

/** So much of a result is in memory at once, whatever its size. */
const PART_BYTES = 1_048_576;

/** Nothing in a result may run, wherever it is shown: it holds what people and models wrote. */
const RESULT_CSP =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'";

export interface Served {
  readonly result: RunResult;
  readonly disposition: 'inline' | 'attachment';
}

/** Answers with stored content: whole, in part, or not at all when the caller has it. */
export async function serveContent(ctx: Context, db: Db, { result, disposition }: Served): Promise<void> {
  const etag = `"${result.sha256}"`;
  // A part of a compressed whole is not a compressed part.
  ctx['compress'] = false;
  ctx.set({
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': RESULT_CSP,
    'X-Content-Type-Options': 'nosniff',
    'Content-Disposition': contentDisposition(disposition, result.filename),
  });
  if (isKnown(ctx.get('If-None-Match'), etag)) {
    ctx.status = 304;
    return;
  }
  const range = askedRange(ctx, etag, result.bytes);
  const whole: ByteRange = { first: 0, last: result.bytes - 1 };
  const { first, last } = range ?? whole;
  // Before the headers go out: content that is kept no longer is a 410, not a broken download.
  const head = await readBlobPart(db, result.sha256, first, Math.min(PART_BYTES, last - first + 1));
  if (head === undefined) throw new Problem('gone');
  ctx.status = range === undefined ? 200 : 206;
  if (range !== undefined) ctx.set('Content-Range', `bytes ${first}-${last}/${result.bytes}`);
  ctx.type = result.contentType;
  ctx.body = ctx.method === 'HEAD' ? Buffer.alloc(0) : bodyOf(db, result.sha256, { first, last }, head);
  ctx.length = last - first + 1;
}

function isKnown(header: string, etag: string): boolean {
  return header === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function askedRange(ctx: Context, etag: string, bytes: number): ByteRange | undefined {
  const onlyIf = ctx.get('If-Range');
  if (onlyIf !== '' && onlyIf !== etag) return undefined;
  const range = parseRange(ctx.get('Range'), bytes);
  if (range !== 'unsatisfiable') return range;
  throw new Problem('range_not_satisfiable', { headers: { 'Content-Range': `bytes */${bytes}` } });
}

function bodyOf(db: Db, sha256: string, range: ByteRange, head: Buffer): Buffer | Readable {
  const bytes = range.last - range.first + 1;
  if (head.length === bytes) return head;
  return Readable.from(partsOf(db, sha256, range, head), { objectMode: false });
}

async function* partsOf(db: Db, sha256: string, range: ByteRange, head: Buffer): AsyncGenerator<Buffer> {
  yield head;
  for (let offset = range.first + head.length; offset <= range.last; offset += PART_BYTES) {
    const part = await readBlobPart(db, sha256, offset, Math.min(PART_BYTES, range.last - offset + 1));
    // Removed in the middle of a download: the connection breaks, so that nobody takes the part for the whole.
    if (part === undefined) throw new Problem('gone');
    yield part;
  }
}
