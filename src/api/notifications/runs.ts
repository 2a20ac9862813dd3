import { Problem } from '../http/problems.js';
import { listRunOffices } from '../../db/notifications/run-offices.js';
import { findRun } from '../../db/runs/runs.js';
import { askDeadlineRun, executePlan, type AskRunDeps } from '../../operations/notifications/ask-run.js';
import { implement, reply, type Route } from '../http/route.js';
import { notificationRoutes } from '../../contracts/notifications/run-routes.js';
import { acceptedJob } from '../runs/accepted-job.js';

export function createDeadlineRunRoutes(deps: AskRunDeps): Route[] {
  return [startRoute(deps), executeRoute(deps), officesRoute()];
}

function startRoute(deps: AskRunDeps): Route {
  return implement(notificationRoutes.startDeadlineRun, async ({ body, principal, origin }, tx) =>
    acceptedJob((await askDeadlineRun(deps, tx, { body, principal, origin })).id),
  );
}

function executeRoute(deps: AskRunDeps): Route {
  return implement(
    notificationRoutes.executeDeadlinePlan,
    async ({ params: { id: planJobId }, principal, origin }, tx) =>
      acceptedJob((await executePlan(deps, tx, { planJobId, principal, origin })).id),
  );
}

function officesRoute(): Route {
  return implement(
    notificationRoutes.listDeadlineRunOffices,
    async ({ params: { id }, query: { after = '', limit }, principal }, db) => {
      if ((await findRun(db, { viewer: principal, id, kinds: ['deadline-run'] })) === undefined)
        throw new Problem('not_found');
      const rows = await listRunOffices(db, id, { after, limit: limit + 1 });
      const items = rows.slice(0, limit);
      const nextAfter = rows.length > limit ? (items.at(-1)?.office_id ?? null) : null;
      return reply(200, { items, hasMore: nextAfter !== null, nextAfter });
    },
  );
}
