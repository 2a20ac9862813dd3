import { runKinds } from '../../contracts/run-kinds.js';
import { failureRoutes } from '../../contracts/runs/failure-routes.js';
import type { FailureGroup, Retried } from '../../contracts/runs/failure.js';
import {
  listFailureGroups,
  listFailuresOf,
  type FailureGroupRow,
  type FailureRow,
} from '../../db/runs/failures.js';
import { omit } from '../../domain/omit.js';
import { Problem } from '../http/problems.js';
import { implement, reply, type Route } from '../http/route.js';
import { retryFailures, type RetryFailuresDeps } from '../../operations/runs/retry-failures.js';

/** Failures by cause, and a replay of all of one cause. */
export function createFailureRoutes(deps: RetryFailuresDeps): Route[] {
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

function retryRoute(deps: RetryFailuresDeps): Route {
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
      const results = await retryFailures(deps, chosen, { db, principal, origin, commandId });
      return reply(200, { ...answer, results });
    },
  );
}
