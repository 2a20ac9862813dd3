import { notificationRoutes } from '../../contracts/notifications/run-routes.js';
import { explain } from '../../operations/notifications/explain.js';
import { implement, reply, type Route } from '../http/route.js';

/** Why somebody got this, or did not. */
export function createExplainRoutes(): Route[] {
  return [
    implement(notificationRoutes.explainNotification, async ({ query }, db) => {
      const asked = { staffId: query.staff_id, deadlineId: query.deadline_id, nowMs: Date.now() };
      return reply(200, await explain(db, asked));
    }),
  ];
}
