import type { Middleware } from 'koa';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS =
  'Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Last-Event-ID, Range, X-Request-Id, traceparent';
const RESPONSE_HEADERS =
  'Accept-Ranges, Allow, Content-Disposition, Content-Range, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Server-Timing, X-Request-Id';
const PREFLIGHT_SECONDS = '600';

/**
 * Lets the pages of listed origins call the API with a token. Never with the cookie: without credentials a listed
 * origin cannot act in the name of a signed-in user.
 */
export function cors(origins: readonly string[]): Middleware {
  if (origins.length === 0) return (_ctx, next) => next();
  const listed = new Set(origins);
  return (ctx, next) => {
    ctx.vary('Origin');
    const { origin } = ctx.req.headers;
    if (origin === undefined || !(listed.has(origin) || listed.has('*'))) return next();
    ctx.set('Access-Control-Allow-Origin', origin);
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
    if (ctx.method !== 'OPTIONS' || ctx.get('Access-Control-Request-Method') === '') {
      ctx.set('Access-Control-Expose-Headers', RESPONSE_HEADERS);
      return next();
    }
    ctx.status = 204;
    ctx.set('Access-Control-Allow-Methods', METHODS);
    ctx.set('Access-Control-Allow-Headers', REQUEST_HEADERS);
    ctx.set('Access-Control-Max-Age', PREFLIGHT_SECONDS);
    return Promise.resolve();
  };
}
