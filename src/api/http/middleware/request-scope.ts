import type { Context, Middleware } from 'koa';
import type { Logger } from '../../../platform/logger.js';
import type { ApiMetrics } from '../../../platform/metrics/api-metrics.js';
import { openScope, requestIdOf, type RequestScope } from '../request-scope.js';

/** Opens the scope of a request, and reports it at the end: in headers, log and metrics. */
export function requestScope(deps: { logger: Logger; metrics: ApiMetrics }): Middleware {
  return async (ctx, next) => {
    const requestId = requestIdOf(ctx.req);
    const scope = openScope(ctx as Context, requestId);
    ctx.res.setHeader('X-Request-Id', requestId);
    await next();
    if (!ctx.res.headersSent) ctx.res.setHeader('Server-Timing', serverTiming(scope));
    const ms = performance.now() - scope.startedAt;
    deps.metrics.request({ method: ctx.method, route: scope.route, status: ctx.status, seconds: ms / 1_000 });
    log(deps.logger, ctx as Context, { scope, ms });
  };
}

/** `db` is what the route asked; `auth` what it took, on top, to find out who asks. */
function serverTiming({ meter, authMeter }: RequestScope): string {
  const db = `db;dur=${meter.durationMs.toFixed(2)};desc="${meter.queries} queries"`;
  const cache = meter.cache === undefined ? '' : `, cache;desc=${meter.cache}`;
  if (authMeter.queries === 0) return db + cache;
  return `${db}${cache}, auth;dur=${authMeter.durationMs.toFixed(2)};desc="${authMeter.queries} queries"`;
}

/** Without the query: a signed link is a secret. */
function log(
  logger: Logger,
  ctx: Context,
  { scope, ms }: { readonly scope: RequestScope; readonly ms: number },
): void {
  const level =
    ctx.status >= 500 ? 'error' : scope.route === '/healthz' || scope.route === '/readyz' ? 'debug' : 'info';
  if (!logger.isLevelEnabled(level)) return;
  logger[level](
    {
      requestId: scope.requestId,
      method: ctx.method,
      path: ctx.path,
      route: scope.route,
      status: ctx.status,
      ms: Math.round(ms * 100) / 100,
      queries: scope.meter.queries,
      userId: scope.principal?.userId,
      ip: ctx.ip,
      problem: scope.problem,
    },
    'request',
  );
}
