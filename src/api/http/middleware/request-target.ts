import type { Middleware } from 'koa';
import { Problem } from '../problems.js';

/** Refuses a request line without an address (`GET http://[::1/`): parsing it further in would be a 500. */
export function requestTarget(): Middleware {
  return (ctx, next) => {
    if (URL.canParse(ctx.req.url ?? '/', 'http://localhost')) return next();
    throw new Problem('validation_error', {
      errors: [{ path: '', message: 'the request line must name an address' }],
    });
  };
}
