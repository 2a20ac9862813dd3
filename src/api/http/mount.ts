import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Pool } from 'pg';
import { Problem } from './problems.js';
import { permissionsOf } from '../../contracts/users/permission.js';
import type { Principal } from '../../contracts/users/principal.js';
import { runMetered } from '../../platform/query-meter.js';
import { answerOf, sendAnswer, sendRead } from './answer.js';
import type { Authenticator } from './auth/authenticator.js';
import { isSameOrigin } from './auth/same-origin.js';
import type { Idempotency, KeyedRequest } from './idempotency.js';
import { limitRequest, type RequestLimits } from './limits/limit-request.js';
import { readJsonBody } from './body.js';
import { originOf, scopeOf } from './request-scope.js';
import { aliasesOf, type Access, type RouteRecord } from '../../contracts/route.js';
import type { Call, Route, SignedCall } from './route.js';
import { takesBody } from './takes-body.js';
import { validateBody, validateParams, validateQuery } from './validate.js';

export interface MountDeps {
  readonly pool: Pool;
  readonly authenticator: Authenticator;
  readonly idempotency: Idempotency;
  readonly limits: RequestLimits;
  readonly bodyLimitBytes: number;
  readonly publicUrl: string | undefined;
  readonly temporalUiUrl: string | undefined;
}

/**
 * Turns route records into middleware. The order for each request: caller, rate, rights, size and form, and then the
 * handler, run as its kind demands.
 */
export function mountRoutes(routes: readonly Route[], deps: MountDeps): Middleware {
  const router = new Router({ sensitive: true });
  for (const route of routes) {
    const { path, method } = route.record;
    for (const each of [path, ...aliasesOf(path)]) {
      router.register(each, [method.toLowerCase()], (ctx) =>
        handle(route, deps, ctx as Context).catch((error: unknown) => {
          throw sayingWhatIsMissing(error, route.record);
        }),
      );
    }
  }
  const fixed = methodsOfFixedPaths(routes);
  const dispatch = router.routes() as unknown as Middleware;
  return async (ctx, next) => {
    const methods = fixed.get(ctx.path);
    if (methods !== undefined && !methods.has(ctx.method)) return refuseMethod(ctx as Context, [...methods]);
    return dispatch(ctx, () => {
      const methods = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods);
      return methods.length === 0 ? next() : refuseMethod(ctx as Context, methods);
    });
  };
}

/** A path without a parameter that also fits a pattern (`/deadlines/import`, `/deadlines/:id`) is not a record's. */
function methodsOfFixedPaths(routes: readonly Route[]): ReadonlyMap<string, ReadonlySet<string>> {
  const fixed = new Map<string, Set<string>>();
  for (const { record } of routes) {
    for (const path of [record.path, ...aliasesOf(record.path)].filter((each) => !each.includes(':'))) {
      const methods = fixed.get(path) ?? new Set<string>();
      methods.add(record.method);
      if (record.method === 'GET') methods.add('HEAD');
      fixed.set(path, methods);
    }
  }
  return fixed;
}

function refuseMethod(ctx: Context, methods: readonly string[]): Promise<void> {
  const allow = [...new Set([...methods, 'OPTIONS'])].join(', ');
  if (ctx.method !== 'OPTIONS') throw new Problem('method_not_allowed', { headers: { Allow: allow } });
  ctx.status = 204;
  ctx.set('Allow', allow);
  return Promise.resolve();
}

async function handle(route: Route, deps: MountDeps, ctx: Context): Promise<void> {
  const scope = scopeOf(ctx);
  scope.route = route.record.path;
  const principal = await runMetered(scope.authMeter, () => admit(route.record, deps, ctx));
  scope.principal = principal;
  const params = validateParams(
    route.record.params,
    (ctx as Context & { params: Record<string, string> }).params,
  );
  const query = validateQuery(route.record.query, ctx.querystring);
  const rawBody = takesBody(route.record) ? await readJsonBody(ctx.req, deps.bodyLimitBytes) : undefined;
  const call = {
    params,
    query,
    body: takesBody(route.record)
      ? validateBody(route.record.body, rawBody, { optional: bodyIsOptional(route.record) })
      : undefined,
    path: ctx.path,
    origin: originOf(ctx),
    ifMatch: ctx.req.headers['if-match'],
    ...(principal === undefined ? {} : { principal }),
  };
  await runMetered(scope.meter, () => run(deps, ctx, { route, call, rawBody }));
}

function sayingWhatIsMissing(error: unknown, { missing }: RouteRecord): unknown {
  const isBare = error instanceof Problem && error.code === 'not_found' && error.options.detail === undefined;
  return isBare && missing !== undefined
    ? new Problem('not_found', { ...error.options, detail: missing })
    : error;
}

/** The caller; undefined only where nobody has to be signed in. */
async function admit(route: RouteRecord, deps: MountDeps, ctx: Context): Promise<Principal | undefined> {
  if (route.access === 'open') {
    if (route.unlimited !== true) await limitRequest(deps.limits, ctx, undefined);
    return undefined;
  }
  const principal = await identify(deps, ctx);
  await limitRequest(deps.limits, ctx, principal);
  if (!isGranted(route.access, principal)) throw new Problem('forbidden');
  if (principal.via === 'console' && !isRead(ctx) && !isFromOwnPage(route, deps, ctx)) {
    throw new Problem('forbidden', { detail: 'A change by the console must come from the console.' });
  }
  return principal;
}

function isGranted(access: Exclude<Access, 'open'>, { role }: Principal): boolean {
  if (access === 'user') return true;
  return access === 'admin' ? role === 'ADMIN' : permissionsOf(role).includes(access);
}

async function identify(deps: MountDeps, ctx: Context): Promise<Principal> {
  try {
    const principal = await deps.authenticator.authenticate(ctx.req);
    if (principal !== undefined) return principal;
    throw new Problem('unauthenticated', { headers: { 'WWW-Authenticate': 'Bearer' } });
  } catch (error) {
    // Guessing costs the guesser's address, and in the end gives 429 instead of 401.
    if (error instanceof Problem && error.status === 401) await limitRequest(deps.limits, ctx, undefined);
    throw error;
  }
}

function isFromOwnPage(route: RouteRecord, deps: MountDeps, { req }: Context): boolean {
  if (isSameOrigin(req, deps.publicUrl)) return true;
  if (route.temporalUi !== true || deps.temporalUiUrl === undefined) return false;
  return req.headers.origin === new URL(deps.temporalUiUrl).origin;
}

function isRead(ctx: Context): boolean {
  return ctx.method === 'GET' || ctx.method === 'HEAD';
}

function bodyIsOptional(route: RouteRecord): boolean {
  return route.bodyOptional ?? route.body === undefined;
}

interface RouteCall {
  readonly route: Route;
  readonly call: Call & { readonly principal?: Principal };
  readonly rawBody: unknown;
}

async function run(deps: MountDeps, ctx: Context, { route, call, rawBody }: RouteCall): Promise<void> {
  if (route.kind === 'raw') return route.handle(call, ctx);
  const signed = call as SignedCall;
  const keyed = (): KeyedRequest => ({
    ownerId: signed.principal.userId,
    key: ctx.req.headers['idempotency-key'] as string | undefined,
    method: ctx.method,
    path: ctx.url,
    // No body and an empty object ask for the same.
    body: rawBody ?? {},
    requestId: call.origin.requestId,
  });
  switch (route.kind) {
    case 'read':
      return sendRead(ctx, answerOf(await route.handle(signed, deps.pool)));
    case 'write':
      return sendAnswer(ctx, await deps.idempotency.write(keyed(), (tx) => route.handle(signed, tx)));
    case 'upload': {
      const contentType = ctx.req.headers['content-type'] ?? '';
      const answer = await deps.idempotency.upload(keyed(), ctx.req, (tx, content) =>
        route.handle(signed, { tx, contentType, content }),
      );
      return sendAnswer(ctx, answer);
    }
    case 'command':
      return sendAnswer(
        ctx,
        await deps.idempotency.command(keyed(), (commandId, db) =>
          route.handle({ ...signed, commandId }, db),
        ),
      );
  }
}
