import type { Pool } from 'pg';
import { Problem } from '../http/problems.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import { findSqlRun } from '../../db/sql/find-run.js';
import { cancelInQueue, readQueue } from '../../db/sql/places.js';
import { usualDurationMs } from '../../db/sql/statistics.js';
import type { Db } from '../../db/base/sql.js';
import { expectedWaitMs, positionOf } from '../../domain/sql/fair-queue.js';
import { readableResult } from '../../operations/sql/results.js';
import { readWindow } from '../../operations/sql/read-window.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { implement, reply, type Route } from '../http/route.js';
import { sqlRoutes } from '../../contracts/sql/routes.js';
import { cancelJob, type CancelJobDeps } from '../../operations/runs/cancel-job.js';
import { statusUrl, statusView, type QueueView } from './views.js';

export interface SqlReadDeps extends CancelJobDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly sql: SqlSettings;
}

export function createSqlReadRoutes(deps: SqlReadDeps): Route[] {
  return [statusRoute(deps), resultsRoute(deps), cancelRoute(deps)];
}

function statusRoute({ sql }: SqlReadDeps): Route {
  return implement(sqlRoutes.getSqlStatus, async ({ params: { id }, principal }, db) => {
    const run = await findSqlRun(db, principal, id);
    if (run === undefined) throw new Problem('not_found', { detail: 'session not found' });
    const isWaiting = run.place === 'waiting' && run.finishedAt === null;
    const queue = isWaiting ? await queueView(db, id, sql.places) : { position: 0, expectedStartMs: null };
    return reply(200, statusView(run, queue));
  });
}

async function queueView(db: Db, id: string, places: number): Promise<QueueView> {
  const [queue, usualMs] = await Promise.all([readQueue(db), usualDurationMs(db)]);
  const position = positionOf(queue, places, id);
  return { position, expectedStartMs: expectedWaitMs(position, places, usualMs) };
}

function resultsRoute({ objects }: SqlReadDeps): Route {
  return implement(
    sqlRoutes.getSqlResults,
    async ({ params: { id }, query: { offset, limit }, principal }, db) => {
      const { columns, rowCount, truncated, key, storedBy, sha256 } = await readableResult(db, principal, id);
      const rows = await readWindow(db, objects, { runId: storedBy, key, columns, offset, limit });
      if (rows === undefined) throw new Problem('gone');
      const next = offset + rows.length;
      return reply(200, {
        columns,
        rows,
        total_rows: rowCount,
        truncated,
        sha256,
        next_offset: rows.length > 0 && next < rowCount ? next : null,
      });
    },
  );
}

function cancelRoute(deps: SqlReadDeps): Route {
  return implement(sqlRoutes.cancelSql, async ({ params: { id }, principal, origin }, tx) => {
    await cancelJob(deps, tx, { id, principal, origin });
    await cancelInQueue(tx, id);
    const run = await findSqlRun(tx, principal, id);
    if (run === undefined) throw new Problem('not_found', { detail: 'session not found' });
    const view = statusView(run, { position: 0, expectedStartMs: null });
    return reply(202, view, { Location: statusUrl(id), 'Retry-After': '1' });
  });
}
