import type { Middleware } from 'koa';

/** For everything that is data: it may load nothing, run nothing and be framed by nobody. A page sets its own policy. */
export const dataHeaders: readonly (readonly [string, string])[] = [
  [
    'Content-Security-Policy',
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

const ONE_YEAR = 31_536_000;

export function securityHeaders(): Middleware {
  return (ctx, next) => {
    for (const [name, value] of dataHeaders) ctx.res.setHeader(name, value);
    if (ctx.secure) ctx.res.setHeader('Strict-Transport-Security', `max-age=${ONE_YEAR}; includeSubDomains`);
    return next();
  };
}
