import { createHash } from 'node:crypto';
import type { Context } from 'koa';

/** A body that a process reads at its start and answers with until its end. */
export interface KeptContent {
  readonly body: string | Buffer;
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
}

export function keepContent(content: Omit<KeptContent, 'etag'>): KeptContent {
  const hash = createHash('sha256').update(content.body).digest('base64url').slice(0, 27);
  return { ...content, etag: `"${hash}"` };
}

/** 304 without a body for a reader that has it. */
export function serveKept(ctx: Context, { body, type, etag, cacheControl }: KeptContent): void {
  ctx.set('Cache-Control', cacheControl);
  ctx.set('ETag', etag);
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.type = type;
  ctx.body = body;
}
