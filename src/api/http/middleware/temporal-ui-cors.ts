import type { Middleware } from 'koa';

const CODEC = '/api/v1/codec/';
const HEADERS = 'Authorization, Authorization-Extras, Content-Type, X-Namespace';

/**
 * Lets the Temporal Web UI call the codec with the cookie of the signed-in person. No other page may. Without
 * its own sign-in the Web UI has no token to send.
 */
export function temporalUiCors(temporalUiUrl: string | undefined): Middleware {
  if (temporalUiUrl === undefined) return (_ctx, next) => next();
  const { origin } = new URL(temporalUiUrl);
  return (ctx, next) => {
    if (!ctx.path.startsWith(CODEC) || ctx.req.headers.origin !== origin) return next();
    ctx.vary('Origin');
    ctx.set('Access-Control-Allow-Origin', origin);
    ctx.set('Access-Control-Allow-Credentials', 'true');
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
    if (ctx.method !== 'OPTIONS') return next();
    ctx.status = 204;
    ctx.set('Access-Control-Allow-Methods', 'POST');
    ctx.set('Access-Control-Allow-Headers', HEADERS);
    ctx.set('Access-Control-Max-Age', '600');
    return Promise.resolve();
  };
}
