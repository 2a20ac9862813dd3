import type { Context } from 'koa';
import type { RunResult } from '../../contracts/runs/run.js';
import { Problem } from '../http/problems.js';
import { contentDisposition } from '../../domain/reports/content-disposition.js';
import { parseRange, type ByteRange } from '../../domain/reports/byte-range.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';

/**
 * Nothing in a result may run, wherever it is shown: it holds what people and models wrote.
 * The console may show it in a frame, where it is of no origin and can reach nothing.
 */
const RESULT_CSP =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'";
/** Browsers show no PDF in a sandbox; it is no page that could run anything here. */
const PDF_CSP = "form-action 'none'; frame-ancestors 'self'";

export interface Served {
  readonly result: RunResult;
  readonly disposition: 'inline' | 'attachment';
}

/** Answers with stored content: whole, in part, or not at all when the caller has it. */
export async function serveContent(
  ctx: Context,
  objects: ObjectStore,
  { result, disposition }: Served,
): Promise<void> {
  const etag = `"${result.sha256}"`;
  // A part of a compressed whole is not a compressed part.
  ctx['compress'] = false;
  ctx.set({
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': result.contentType === 'application/pdf' ? PDF_CSP : RESULT_CSP,
    'X-Frame-Options': 'SAMEORIGIN',
    'X-Content-Type-Options': 'nosniff',
    'Content-Disposition': contentDisposition(disposition, result.filename),
  });
  ctx.status = 200;
  if (ctx.fresh) {
    if ((await objects.head(result.key)) === undefined) throw new Problem('gone');
    ctx.status = 304;
    return;
  }
  const range = askedRange(ctx, etag, result.bytes);
  // Before the headers go out: content that is kept no longer is a 410, not a broken download.
  const stored =
    ctx.method === 'HEAD' ? await objects.head(result.key) : await objects.get(result.key, range);
  if (stored === undefined) throw new Problem('gone');
  ctx.status = range === undefined ? 200 : 206;
  if (range !== undefined) ctx.set('Content-Range', `bytes ${range.first}-${range.last}/${result.bytes}`);
  ctx.type = result.contentType;
  ctx.body = 'stream' in stored ? stored.stream : Buffer.alloc(0);
  ctx.length = range === undefined ? result.bytes : range.last - range.first + 1;
}

function askedRange(ctx: Context, etag: string, bytes: number): ByteRange | undefined {
  const onlyIf = ctx.get('If-Range');
  if (onlyIf !== '' && onlyIf !== etag) return undefined;
  const range = parseRange(ctx.get('Range'), bytes);
  if (range !== 'unsatisfiable') return range;
  throw new Problem('range_not_satisfiable', { headers: { 'Content-Range': `bytes */${bytes}` } });
}
