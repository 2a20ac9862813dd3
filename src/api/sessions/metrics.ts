import { windowMs } from '../../contracts/sessions/metrics.js';
import { countSessions, listStandings, measureWaits, measureWork } from '../../db/sessions/metrics.js';
import { implement, reply, type Route } from '../http/route.js';
import { sessionRoutes } from '../../contracts/sessions/routes.js';
import { toMetrics } from './metrics-view.js';

/** An ADMIN sees all sessions, anybody else their own. */
export function sessionMetricsRoute(): Route {
  return implement(sessionRoutes.getSessionMetrics, async ({ query: { window }, principal }, db) => {
    const span = { ms: windowMs(window) };
    const work = await measureWork(db, principal, span);
    const waits = await measureWaits(db, principal, span);
    const counts = await countSessions(db, principal, span);
    const standings = await listStandings(db, principal);
    return reply(200, toMetrics({ window, work, waits, counts, standings }, Date.now()));
  });
}
