import type { Pool } from 'pg';
import { runKinds } from '../../contracts/run-kinds.js';
import { failureRoutes } from '../../contracts/runs/failure-routes.js';
import type { FailureGroup, Retried } from '../../contracts/runs/failure.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import { withTransaction } from '../../db/base/transaction.js';
import {
  listFailureGroups,
  listFailuresOf,
  type FailureGroupRow,
  type FailureRow,
} from '../../db/runs/failures.js';
import { omit } from '../../domain/omit.js';
import { ownedSession } from '../../operations/sessions/owned-session.js';
import { replayDeadLetter } from '../../operations/runs/replay-dead-letters.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';
import { inBoundedTime } from '../http/in-bounded-time.js';
import { Problem } from '../http/problems.js';
import { implement, reply, type Route } from '../http/route.js';
import { commandSession, type SessionCommandClient } from '../../operations/sessions/command-session.js';
import { deciderOf } from '../../operations/sessions/decider.js';

export interface FailureRouteDeps extends SessionCommandClient {
  readonly pool: Pool;
  readonly starter: RunStarter;
}

/** Failures by cause, and a replay of all of one cause. */
export function createFailureRoutes(deps: FailureRouteDeps): Route[] {
  return [listRoute(), retryRoute(deps)];
}

function listRoute(): Route {
  return implement(failureRoutes.listFailures, async ({ query: { kind }, principal }, db) => {
    const rows = await listFailureGroups(db, principal, kind);
    return reply(200, { items: rows.map(toGroup), total: rows[0]?.total ?? 0 });
  });
}

function toGroup(row: FailureGroupRow): FailureGroup {
  const samples = row.samples.map(({ id, title, runId }) => ({
    id,
    title,
    href: hrefOf(row.kind, id, runId),
  }));
  return { ...omit(row, 'total', 'samples'), samples };
}

function hrefOf(kind: FailureRow['kind'], id: string, runId: string | null): string {
  if (kind === 'step') return `${runKinds['cot-session'].routeBase}/${id}`;
  return kind === 'job' && runId !== null ? `/jobs/${runId}` : `/api/v1/dead-letters/${id}`;
}

interface Asker {
  readonly db: Db;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly commandId: string;
}

function retryRoute(deps: FailureRouteDeps): Route {
  return implement(
    failureRoutes.retryFailures,
    async ({ params, body, principal, origin, commandId }, db) => {
      const { fingerprint } = params;
      const failures = await listFailuresOf(db, principal, fingerprint);
      if (failures.length === 0) throw new Problem('not_found');
      const chosen = failures.slice(0, body.limit);
      const answer = { fingerprint, dryRun: body.dryRun, matching: failures.length };
      if (body.dryRun) {
        const results = chosen.map(({ id }): Retried => ({ id, status: 'would_retry' }));
        return reply(200, { ...answer, results });
      }
      const asker = { db, principal, origin, commandId };
      const results = await inBoundedTime(
        chosen,
        (failure) => retry(deps, failure, asker),
        ({ id }): Retried => ({ id, status: 'refused', code: 'workflow_unavailable' }),
      );
      return reply(200, { ...answer, results });
    },
  );
}

/** An item that cannot be replayed does not stop the others: its problem is named in its place. */
async function retry(deps: FailureRouteDeps, failure: FailureRow, asker: Asker): Promise<Retried> {
  const { id, kind } = failure;
  try {
    if (kind === 'step') await runStep(deps, id, asker);
    else return { id, status: 'retried', retriedAs: await replay(deps, id, asker) };
    return { id, status: 'retried' };
  } catch (error) {
    if (error instanceof Problem || error instanceof Refusal)
      return { id, status: 'refused', code: error.code };
    throw error;
  }
}

async function runStep(deps: FailureRouteDeps, id: string, asker: Asker): Promise<void> {
  const { db, principal, origin, commandId } = asker;
  const session = await ownedSession(db, id, principal);
  const by = deciderOf(principal, origin);
  const command = { kind: 'run_due_step', by, model: null, instructions: null } as const;
  await commandSession(deps, db, { session, command, commandId: `${commandId}:${id}`, viewer: principal });
}

async function replay({ pool, starter }: FailureRouteDeps, id: string, asker: Asker): Promise<string> {
  const { principal: actor, origin } = asker;
  const replayed = await withTransaction(pool, (tx) =>
    replayDeadLetter(tx, starter, { id, again: false, actor, origin }),
  );
  return 'jobId' in replayed ? replayed.jobId : replayed.deliveryId;
}
