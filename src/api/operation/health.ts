import type { ReadinessProbe } from '../http/readiness.js';
import { implement, type Route } from '../http/route.js';
import { operationRoutes } from '../../contracts/operation/routes.js';

export function createHealthRoutes({ readiness }: { readonly readiness: ReadinessProbe }): Route[] {
  return [
    implement(operationRoutes.health, (_call, ctx) => {
      ctx.set('Cache-Control', 'no-store');
      ctx.body = { status: 'ok' };
      return Promise.resolve();
    }),
    implement(operationRoutes.readiness, async (_call, ctx) => {
      const found = await readiness.check();
      ctx.status = found.status === 'unavailable' ? 503 : 200;
      ctx.set('Cache-Control', 'no-store');
      ctx.body = found;
    }),
  ];
}
