import compress from 'koa-compress';
import type { Context, Middleware } from 'koa';

/** Answers above a kilobyte, for who accepts it. Streams of events say `ctx.compress = false`. */
export function compression(): Middleware {
  const compressed = compress({ threshold: 1_024 });
  return async (ctx, next) => {
    if (ctx.req.headers['accept-encoding'] === undefined) {
      ctx.vary('Accept-Encoding');
      await next();
      return;
    }
    await compressed(ctx as Context, next);
    // A strong tag names the very bytes, and these are others: the weak one still answers If-None-Match.
    const etag = ctx.res.getHeader('ETag');
    if (typeof etag === 'string' && etag.startsWith('"') && ctx.res.hasHeader('Content-Encoding')) {
      ctx.res.setHeader('ETag', `W/${etag}`);
    }
  };
}
