import { metricsQuery, sessionMetricsSchema, windowMs } from '../../contracts/sessions/metrics.js';
import { countSessions, listStandings, measureWaits, measureWork } from '../../db/sessions/metrics.js';
import { readRoute, reply, type AnyRoute } from '../http/route.js';
import { toMetrics } from './metrics-view.js';
import { operationId } from './sessions.js';

/** An ADMIN sees all sessions, anybody else their own. */
export function sessionMetricsRoute(base: string): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${base}/metrics`,
    operationId: operationId('getSessionMetrics', base),
    summary:
      'Durations, errors and retries by template, phase and step; waiting for people apart from working',
    tag: 'sessions',
    access: 'user',
    query: metricsQuery,
    responses: { 200: { description: 'The metrics', body: sessionMetricsSchema } },
    async handle({ query: { window }, principal }, db) {
      const span = { ms: windowMs(window) };
      const work = await measureWork(db, principal, span);
      const waits = await measureWaits(db, principal, span);
      const counts = await countSessions(db, principal, span);
      const standings = await listStandings(db, principal);
      return reply(200, toMetrics({ window, work, waits, counts, standings }, Date.now()));
    },
  });
}
