import type { Middleware } from 'koa';
import { Problem } from '../problems.js';

/** Refuses a request line that names no address (`GET http://[::1/`): further in, reading it would be a failure of ours. */
export function requestTarget(): Middleware {
  return (ctx, next) => {
    if (URL.canParse(ctx.req.url ?? '/', 'http://localhost')) return next();
    throw new Problem('validation_error', {
      errors: [{ path: '', message: 'the request line must name an address' }],
    });
  };
}
