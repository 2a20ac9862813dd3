import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { newId } from '../../contracts/ids.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { QueryMeter } from '../../platform/query-meter.js';

/** The known facts of a request while it runs. Made by the outermost middleware of ours. */
export class RequestScope {
  readonly startedAt = performance.now();
  /** The route's own statements. */
  readonly meter = new QueryMeter();
  /** The statements of authentication and rate limits. */
  readonly authMeter = new QueryMeter();
  principal: Principal | undefined;
  /** The pattern of the route, for logs and metrics. */
  route = '(none)';
  problem: string | undefined;

  constructor(readonly requestId: string) {}
}

const key = 'scope';
const MAX_USER_AGENT = 500;
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

export function openScope(ctx: Context, requestId: string): RequestScope {
  const scope = new RequestScope(requestId);
  (ctx.state as Record<string, unknown>)[key] = scope;
  return scope;
}

export function scopeOf(ctx: Context): RequestScope {
  return (ctx.state as Record<string, RequestScope>)[key] ?? openScope(ctx, '');
}

/** The caller's own, where it is one that can be looked for in a log. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId('request');
}

export function originOf(ctx: Context): Origin {
  const userAgent = ctx.get('User-Agent');
  return {
    requestId: scopeOf(ctx).requestId,
    ip: ctx.ip === '' ? null : ctx.ip,
    userAgent: userAgent === '' ? null : userAgent.slice(0, MAX_USER_AGENT),
  };
}
