import type { Context } from 'koa';
import { isBearer } from '../../crypto/bearer.js';
import { Problem } from '../http/problems.js';
import type { ApiMetrics } from '../../platform/metrics/api-metrics.js';
import type { Authenticator } from '../http/auth/authenticator.js';
import { implement, type Route } from '../http/route.js';
import { operationRoutes } from '../../contracts/operation/routes.js';

export interface MetricsRouteDeps {
  readonly metrics: ApiMetrics;
  readonly authenticator: Authenticator;
  readonly metricsToken: string | undefined;
}

/** For a scraper with the token of the configuration, or an ADMIN. */
export function createMetricsRoutes(deps: MetricsRouteDeps): Route[] {
  return [
    implement(operationRoutes.metrics, async (_call, ctx) => {
      if (!isScraper(deps, ctx)) await requireAdmin(deps, ctx);
      ctx.set('Cache-Control', 'no-store');
      ctx.type = deps.metrics.contentType;
      ctx.body = await deps.metrics.render();
    }),
  ];
}

function isScraper({ metricsToken }: MetricsRouteDeps, ctx: Context): boolean {
  return metricsToken !== undefined && isBearer(ctx.get('Authorization'), metricsToken);
}

async function requireAdmin({ authenticator }: MetricsRouteDeps, ctx: Context): Promise<void> {
  const principal = await authenticator.authenticate(ctx.req);
  if (principal === undefined)
    throw new Problem('unauthenticated', { headers: { 'WWW-Authenticate': 'Bearer' } });
  if (principal.role !== 'ADMIN') throw new Problem('forbidden');
}
