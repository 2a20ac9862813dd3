import { z } from 'zod';
import { deadLetterListQuery, deadLetterPageSchema } from '../../contracts/dead-letter.js';
import { idSchema, newId } from '../../contracts/ids.js';
import { workflowIdOf } from '../../contracts/names.js';
import { Problem } from '../../contracts/problems.js';
import { reportAcceptedSchema } from '../../contracts/report.js';
import { recordAudit } from '../../db/audit-log.js';
import { listDeadLetters, lockDeadLetter, markReplayed, type DeadLetter } from '../../db/dead-letters.js';
import { findStored, insertRun, type NewRun, type StoredRun } from '../../db/runs.js';
import { acceptedJob } from '../accepted-job.js';
import { pageReply, type Pager } from '../pagination.js';
import { readRoute, writeRoute, type AnyRoute } from '../route.js';
import type { RunStarter } from '../start-run.js';

export interface DeadLetterRouteDeps {
  readonly pager: Pager;
  readonly starter: RunStarter;
}

const PATH = '/api/v1/dead-letters';

export function createDeadLetterRoutes(deps: DeadLetterRouteDeps): AnyRoute[] {
  return [listRoute(deps), replayRoute(deps)];
}

function listRoute({ pager }: DeadLetterRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listDeadLetters',
    summary: 'Work that used up its retries, with its input and every error, newest first',
    tag: 'Dead letters',
    access: 'admin',
    query: deadLetterListQuery,
    responses: { 200: { description: 'One page', body: deadLetterPageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query }, db) {
      const scope = { list: 'dead-letters', filters: {} };
      const request = pager.request(scope, query);
      const rows = await listDeadLetters(db, request);
      const page = pager.page(scope, request, rows, (letter) => ({ at: letter.createdAt, id: letter.id }));
      return pageReply(PATH, query, { ...page, items: page.items.map(toView) });
    },
  });
}

function toView({ runId, ...letter }: DeadLetter) {
  return { ...letter, jobId: runId };
}

function replayRoute({ starter }: DeadLetterRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${PATH}/:id/replay`,
    operationId: 'replayDeadLetter',
    summary: 'Run it again as a new job, for the same owner and with the same input',
    tag: 'Dead letters',
    access: 'admin',
    params: z.object({ id: idSchema('deadLetter') }),
    responses: {
      202: {
        description: 'A new job that names its origin',
        body: reportAcceptedSchema,
        headers: { Location: 'The job.', 'Retry-After': 'Seconds until it is worth asking.' },
      },
    },
    async handle({ params: { id }, principal, origin }, tx) {
      const letter = await lockDeadLetter(tx, id);
      const stored = letter && (await findStored(tx, letter.runId));
      if (stored === undefined) throw new Problem('not_found');
      const run = replayOf(stored);
      await insertRun(tx, run);
      await markReplayed(tx, id, run.id);
      await recordAudit(tx, {
        ...{ actor: principal, origin, resourceType: 'job', resourceId: run.id },
        action: 'replayed',
        after: { deadLetterId: id, originJobId: stored.id },
      });
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
  });
}

function replayOf(stored: StoredRun): NewRun {
  const id = newId('job');
  return {
    ...stored,
    id,
    workflowId: workflowIdOf(stored.kind, id),
    workflowInput: { ...stored.workflowInput, runId: id },
    origin: { runId: stored.id, relation: 'replay' },
  };
}
