import { windowMs, type SessionMetrics } from '../../contracts/sessions/metrics.js';
import type { Db } from '../../db/base/sql.js';
import type { Viewer } from '../../db/runs/runs.js';
import { countSessions, listStalled, measureWaits, measureWork } from '../../db/sessions/metrics.js';
import { implement, reply, type Route } from '../http/route.js';
import { sessionRoutes } from '../../contracts/sessions/routes.js';
import { toMetrics } from './metrics-view.js';

/** An ADMIN sees all sessions, anybody else their own. */
export function sessionMetricsRoute(): Route {
  return implement(sessionRoutes.getSessionMetrics, async ({ query: { window }, principal }, db) =>
    reply(200, await readSessionMetrics(db, principal, window)),
  );
}

/** Four statements, whatever the window holds. */
export async function readSessionMetrics(db: Db, viewer: Viewer, window: string): Promise<SessionMetrics> {
  const span = { ms: windowMs(window) };
  const work = await measureWork(db, viewer, span);
  const waits = await measureWaits(db, viewer, span);
  const counts = await countSessions(db, viewer, span);
  const stalled = await listStalled(db, viewer);
  return toMetrics({ window, work, waits, counts, stalled }, Date.now());
}
