import type { Context } from 'koa';
import type { Pool } from 'pg';
import { Problem } from '../http/problems.js';
import type { Principal } from '../../contracts/users/principal.js';
import { signInByKey, signInByLink, signOut } from '../../operations/users/sign-in.js';
import type { Logger } from '../../platform/logger.js';
import type { Authenticator } from '../http/auth/authenticator.js';
import { isFromBrowser, isSameOrigin } from '../http/auth/same-origin.js';
import { endedSessionCookie, sessionCookie, sessionTokenOf } from '../http/auth/session-cookie.js';
import { implement, reply, type Route } from '../http/route.js';
import { permissionsOf } from '../../contracts/users/permission.js';
import { usersRoutes } from '../../contracts/users/routes.js';
import { temporalLink, type TemporalUi } from '../http/temporal-link.js';

export interface WebSessionRouteDeps {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly authenticator: Authenticator;
  readonly publicUrl: string | undefined;
  readonly ui: TemporalUi;
}

/** Signing a browser in and out, and saying who is. */
export function createWebSessionRoutes(deps: WebSessionRouteDeps): Route[] {
  return [signInRoute(deps), signOutRoute(deps), meRoute(deps)];
}

function signInRoute(deps: WebSessionRouteDeps): Route {
  return implement(usersRoutes.signIn, async ({ body }, ctx) => {
    // Else another page could sign a person in as somebody else, and read what they then write.
    if (isFromBrowser(ctx.req) && !isSameOrigin(ctx.req, deps.publicUrl)) throw new Problem('forbidden');
    const { userId, token, leftSeconds } =
      'apiKey' in body
        ? await signInByKey(deps.pool, await deps.authenticator.ofApiKey(body.apiKey))
        : await signInByLink(deps.pool, body.signInToken);
    deps.logger.info({ userId, ip: ctx.ip }, 'signed in to the console');
    answerEmpty(ctx, sessionCookie(token, { maxAgeSeconds: leftSeconds, secure: isSecure(deps, ctx) }));
  });
}

function signOutRoute(deps: WebSessionRouteDeps): Route {
  return implement(usersRoutes.signOut, async (_call, ctx) => {
    const token = sessionTokenOf(ctx.req);
    if (token !== undefined) {
      if (!isSameOrigin(ctx.req, deps.publicUrl)) throw new Problem('forbidden');
      await signOut(deps.pool, token);
      deps.authenticator.forgetSession(token);
    }
    answerEmpty(ctx, endedSessionCookie(isSecure(deps, ctx)));
  });
}

function meRoute({ ui }: WebSessionRouteDeps): Route {
  const temporal = temporalLink(ui, '')?.replace(/\/$/, '') ?? null;
  return implement(usersRoutes.me, ({ principal }) =>
    Promise.resolve(reply(200, { ...describe(principal), links: { temporal } })),
  );
}

function describe({ userId, email, name, role, via, apiKeyId }: Principal): Record<string, unknown> {
  const permissions = permissionsOf(role);
  return { id: userId, email, name, role, permissions, via, apiKeyId: apiKeyId ?? null };
}

function answerEmpty(ctx: Context, cookie: string): void {
  ctx.status = 204;
  ctx.set('Set-Cookie', cookie);
  ctx.set('Cache-Control', 'no-store');
}

function isSecure({ publicUrl }: WebSessionRouteDeps, ctx: Context): boolean {
  return ctx.secure || (publicUrl !== undefined && publicUrl.startsWith('https:'));
}
