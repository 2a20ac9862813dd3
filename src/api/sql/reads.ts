import type { Pool } from 'pg';
import { z } from 'zod';
import { Problem } from '../../contracts/problems.js';
import { sqlResultsQuery, sqlSessionId } from '../../contracts/sql/request.js';
import { sqlResultsSchema, sqlStatusSchema } from '../../contracts/sql/session.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import { findSqlRun } from '../../db/sql/find-run.js';
import { cancelInQueue, queuePosition } from '../../db/sql/places.js';
import { usualDurationMs } from '../../db/sql/statistics.js';
import type { Db } from '../../db/base/sql.js';
import { expectedWaitMs } from '../../domain/sql/fair-queue.js';
import { readableResult } from '../../operations/sql/results.js';
import { readWindow } from '../../operations/sql/read-window.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { acceptedHeaders, readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';
import { cancelJob, type JobRouteDeps } from '../runs/jobs.js';
import { sqlBase, statusUrl, statusView, type QueueView } from './views.js';

export interface SqlReadDeps extends JobRouteDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly sql: SqlSettings;
}

const params = z.object({ id: sqlSessionId });

export function createSqlReadRoutes(deps: SqlReadDeps): AnyRoute[] {
  return [statusRoute(deps), resultsRoute(deps), cancelRoute(deps)];
}

function statusRoute({ sql }: SqlReadDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${sqlBase}/status/:id`,
    operationId: 'getSqlStatus',
    summary: 'How a statement is getting on, and what the percentage rests on',
    tag: 'SQL',
    access: 'user',
    params,
    responses: { 200: { description: 'Its status, ended or not', body: sqlStatusSchema } },
    async handle({ params: { id }, principal }, db) {
      const run = await findSqlRun(db, principal, id);
      if (run === undefined) throw new Problem('not_found', { detail: 'session not found' });
      const isWaiting = run.place === 'waiting' && run.finishedAt === null;
      const queue = isWaiting ? await queueView(db, id, sql.places) : { position: 0, expectedStartMs: null };
      return reply(200, statusView(run, queue));
    },
  });
}

async function queueView(db: Db, id: string, places: number): Promise<QueueView> {
  const position = await queuePosition(db, id);
  return { position, expectedStartMs: expectedWaitMs(position, places, await usualDurationMs(db)) };
}

function resultsRoute({ objects }: SqlReadDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${sqlBase}/results/:id`,
    operationId: 'getSqlResults',
    summary: 'Rows of a stored result from an offset on',
    tag: 'SQL',
    access: 'user',
    params,
    query: sqlResultsQuery,
    responses: { 200: { description: 'A window of rows', body: sqlResultsSchema } },
    problems: ['job_not_finished', 'job_failed', 'job_canceled', 'gone', 'storage_unavailable'],
    async handle({ params: { id }, query: { offset, limit }, principal }, db) {
      const { columns, rowCount, truncated, key, storedBy, sha256 } = await readableResult(db, principal, id);
      const rows = await readWindow(db, objects, { runId: storedBy, key, columns, offset, limit });
      if (rows === undefined) throw new Problem('gone');
      const next = offset + rows.length;
      return reply(200, {
        ...{ columns, rows, total_rows: rowCount, truncated, sha256 },
        next_offset: rows.length > 0 && next < rowCount ? next : null,
      });
    },
  });
}

function cancelRoute(deps: SqlReadDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${sqlBase}/cancel/:id`,
    operationId: 'cancelSql',
    summary: 'Cancel a statement: it is gone from the database within a second',
    tag: 'SQL',
    access: 'user',
    params,
    responses: {
      202: {
        description: 'It will end',
        body: sqlStatusSchema,
        headers: acceptedHeaders('Its status.'),
      },
    },
    problems: ['already_finished'],
    async handle(call, tx) {
      const { id } = call.params;
      await cancelJob(deps, call, tx);
      await cancelInQueue(tx, id);
      const run = await findSqlRun(tx, call.principal, id);
      if (run === undefined) throw new Problem('not_found', { detail: 'session not found' });
      const view = statusView(run, { position: 0, expectedStartMs: null });
      return reply(202, view, { Location: statusUrl(id), 'Retry-After': '1' });
    },
  });
}
