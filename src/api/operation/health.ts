import { z } from 'zod';
import type { ReadinessProbe } from '../http/readiness.js';
import { rawRoute, type AnyRoute } from '../http/route.js';

const checkSchema = z.looseObject({ status: z.enum(['up', 'down']), ms: z.number() });

const readinessSchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'unavailable']),
    checks: z.record(z.string(), checkSchema),
  })
  .meta({ id: 'Readiness' });

export function createHealthRoutes({ readiness }: { readonly readiness: ReadinessProbe }): AnyRoute[] {
  return [
    rawRoute({
      method: 'GET',
      path: '/healthz',
      operationId: 'health',
      summary: 'Whether this process is alive',
      tag: 'Operation',
      access: 'open',
      unlimited: true,
      responses: { 200: { description: 'It is', body: z.object({ status: z.literal('ok') }) } },
      handle: (_call, ctx) => {
        ctx.set('Cache-Control', 'no-store');
        ctx.body = { status: 'ok' };
        return Promise.resolve();
      },
    }),
    rawRoute({
      method: 'GET',
      path: '/readyz',
      operationId: 'readiness',
      summary: 'Whether this process can serve, and what of its surroundings answers',
      tag: 'Operation',
      access: 'open',
      unlimited: true,
      responses: {
        200: { description: 'It serves; `degraded` says that something is missing', body: readinessSchema },
        503: { description: 'It cannot serve', body: readinessSchema },
      },
      async handle(_call, ctx) {
        const found = await readiness.check();
        ctx.status = found.status === 'unavailable' ? 503 : 200;
        ctx.set('Cache-Control', 'no-store');
        ctx.body = found;
      },
    }),
  ];
}
