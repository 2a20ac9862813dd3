import { notificationRoutes } from '../../contracts/notifications/run-routes.js';
import { explain } from '../../operations/notifications/explain.js';
import { implement, reply, type Route } from '../http/route.js';

/** Why somebody got this, or did not. */
export function createExplainRoutes(): Route[] {
  return [
    implement(notificationRoutes.explainNotification, async ({ query }, db) => {
      const { staff_id: staffId, deadline_id: deadlineId, language } = query;
      const asked = { staffId, deadlineId, nowMs: Date.now(), language };
      return reply(200, await explain(db, asked));
    }),
  ];
}
