import { Problem } from '../http/problems.js';
import { recordAudit } from '../../db/audit/log.js';
import { listRunOffices } from '../../db/notifications/run-offices.js';
import { findRun } from '../../db/runs/runs.js';
import { insertDeadlineRun, insertExecution } from '../../operations/notifications/start-run.js';
import { implement, reply, type Route } from '../http/route.js';
import { notificationRoutes } from '../../contracts/notifications/run-routes.js';
import { acceptedJob } from '../runs/accepted-job.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';

export interface DeadlineRunRouteDeps {
  readonly starter: RunStarter;
  readonly officeConcurrency: number;
}

export function createDeadlineRunRoutes(deps: DeadlineRunRouteDeps): Route[] {
  return [startRoute(deps), executeRoute(deps), officesRoute()];
}

function startRoute({ starter, officeConcurrency }: DeadlineRunRouteDeps): Route {
  return implement(notificationRoutes.startDeadlineRun, async ({ body, principal, origin }, tx) => {
    const run = await insertDeadlineRun(tx, { body, owner: principal, officeConcurrency });
    await recordAudit(tx, {
      actor: principal,
      origin,
      action: 'created',
      resourceType: 'job',
      resourceId: run.id,
      after: { kind: run.kind, title: run.title, ...run.input },
    });
    starter.startAfterCommit(tx, run);
    return acceptedJob(run.id);
  });
}

function executeRoute({ starter, officeConcurrency }: DeadlineRunRouteDeps): Route {
  return implement(
    notificationRoutes.executeDeadlinePlan,
    async ({ params: { id }, principal, origin }, tx) => {
      const run = await insertExecution(tx, id, { owner: principal, officeConcurrency });
      await recordAudit(tx, {
        actor: principal,
        origin,
        action: 'plan_executed',
        resourceType: 'job',
        resourceId: run.id,
        after: { kind: run.kind, title: run.title, planJobId: id },
      });
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
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
