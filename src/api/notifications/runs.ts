import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import {
  deadlineRunAcceptedSchema,
  deadlineRunBody,
  runOfficePageSchema,
  runOfficeQuery,
} from '../../contracts/notifications/deadline-run.js';
import { Problem } from '../../contracts/problems.js';
import { recordAudit } from '../../db/audit/log.js';
import { listRunOffices } from '../../db/notifications/run-offices.js';
import { findRun } from '../../db/runs/runs.js';
import { insertDeadlineRun, insertExecution } from '../../operations/notifications/start-run.js';
import { acceptedHeaders, readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';
import { acceptedJob } from '../runs/accepted-job.js';
import type { RunStarter } from '../runs/start.js';

export interface DeadlineRunRouteDeps {
  readonly starter: RunStarter;
  readonly officeConcurrency: number;
}

const PATH = '/api/v1/notifications/deadline-runs';
const TAG = 'Notifications';
const params = z.object({ id: idSchema('job') });
const accepted = {
  202: {
    description: 'Accepted: it will run, whatever is down right now',
    body: deadlineRunAcceptedSchema,
    headers: acceptedHeaders('The job.'),
  },
};

export function createDeadlineRunRoutes(deps: DeadlineRunRouteDeps): AnyRoute[] {
  return [startRoute(deps), executeRoute(deps), officesRoute()];
}

function startRoute({ starter, officeConcurrency }: DeadlineRunRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: PATH,
    operationId: 'startDeadlineRun',
    summary:
      'Tell the staff of offices what falls due; with dry_run only show what would be sent, and to whom not',
    tag: TAG,
    access: 'admin',
    body: deadlineRunBody,
    bodyOptional: true,
    responses: accepted,
    async handle({ body, principal, origin }, tx) {
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
    },
  });
}

function executeRoute({ starter, officeConcurrency }: DeadlineRunRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${PATH}/:id/execute`,
    operationId: 'executeDeadlinePlan',
    summary:
      'Send what a finished dry run has shown, as it was shown; what drifted since is named and not sent',
    tag: TAG,
    access: 'admin',
    params,
    bodyOptional: true,
    responses: accepted,
    problems: ['not_found', 'job_not_finished', 'conflict'],
    async handle({ params: { id }, principal, origin }, tx) {
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
  });
}

function officesRoute(): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/:id/offices`,
    operationId: 'listDeadlineRunOffices',
    summary: 'How far a run is with each office, also while it runs',
    tag: TAG,
    access: 'admin',
    params,
    query: runOfficeQuery,
    responses: { 200: { description: 'Offices in the order of their ids', body: runOfficePageSchema } },
    problems: ['not_found'],
    async handle({ params: { id }, query: { after = '', limit }, principal }, db) {
      if ((await findRun(db, principal, id, ['deadline-run'])) === undefined) throw new Problem('not_found');
      const rows = await listRunOffices(db, id, { after, limit: limit + 1 });
      const items = rows.slice(0, limit);
      const nextAfter = rows.length > limit ? (items.at(-1)?.office_id ?? null) : null;
      return reply(200, { items, hasMore: nextAfter !== null, nextAfter });
    },
  });
}
