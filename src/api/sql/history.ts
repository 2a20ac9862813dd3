import { Readable } from 'node:stream';
import type { Pool } from 'pg';
import type { SqlExecution } from '../../contracts/sql/log.js';
import type { SqlStatus } from '../../contracts/sql/session.js';
import { findSqlRun, type SqlRunRow } from '../../db/sql/find-run.js';
import { listSqlRuns } from '../../db/sql/list-runs.js';
import { executionRows, listExecutions } from '../../db/sql/log.js';
import { csvFile, type CsvColumns } from '../../domain/reports/table-rows.js';
import { runStatuses, type RunStatus } from '../../domain/runs/status.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { Problem } from '../http/problems.js';
import { implement, reply, type Route } from '../http/route.js';
import { sqlHistoryRoutes } from '../../contracts/sql/history-routes.js';
import { statusOf, statusView } from './views.js';

export interface SqlHistoryDeps {
  readonly pool: Pool;
  readonly pager: Pager;
}

export function createSqlHistoryRoutes(deps: SqlHistoryDeps): Route[] {
  return [sessionsRoute(deps), sessionRoute(), logCsvRoute(deps), logRoute(deps)];
}

function sessionsRoute({ pager }: SqlHistoryDeps): Route {
  return implement(sqlHistoryRoutes.listSqlSessions, async ({ query, principal: { userId } }, db) => {
    const { status, data_source: dataSource } = query;
    const scope = { list: 'sql-sessions', filters: { status, dataSource, viewer: userId } };
    const request = pager.request(scope, query);
    const statuses = status === undefined ? undefined : statusesOf(status);
    const rows = await listSqlRuns(db, { ownerId: userId, statuses, dataSource }, request);
    const page = pager.page(scope, request, { rows, keyOf: (run) => ({ at: run.createdAt, id: run.id }) });
    return pageReply(sqlHistoryRoutes.listSqlSessions.path, query, {
      ...page,
      items: page.items.map(sessionItem),
    });
  });
}

function sessionRoute(): Route {
  return implement(sqlHistoryRoutes.getSqlSession, async ({ params: { id }, principal }, db) => {
    const run = await findSqlRun(db, principal, id);
    if (run === undefined) throw new Problem('not_found', { detail: 'session not found' });
    const { params, rowLimit, estimate } = run;
    return reply(200, { ...sessionItem(run), params, row_limit: rowLimit, estimate });
  });
}

function statusesOf(asked: SqlStatus['status']): RunStatus[] {
  return runStatuses.filter((status) => statusOf(status) === asked);
}

function sessionItem(run: SqlRunRow) {
  const view = statusView(run, { position: 0, expectedStartMs: null });
  const { session_id, status, progress_percentage, row_count, execution_ms, error, cached } = view;
  return {
    session_id,
    status,
    progress_percentage,
    row_count,
    execution_ms,
    cached,
    sql: run.sql,
    data_source: run.dataSource,
    truncated: run.truncated,
    created_at: run.createdAt,
    finished_at: run.finishedAt,
    ...(error === undefined ? {} : { error }),
  };
}

function logRoute({ pager }: SqlHistoryDeps): Route {
  return implement(sqlHistoryRoutes.listSqlExecutions, async ({ query }, db) => {
    const { user_id, data_source, outcome, from, to } = query;
    const filters = { user_id, data_source, outcome, from, to };
    const scope = { list: 'sql-log', filters };
    const request = pager.request(scope, query);
    const rows = await listExecutions(db, filters, request);
    const page = pager.page(scope, request, {
      rows,
      keyOf: (row) => ({ at: row.finished_at, id: row.session_id }),
    });
    return pageReply(sqlHistoryRoutes.listSqlExecutions.path, query, page);
  });
}

function logCsvRoute({ pool }: SqlHistoryDeps): Route {
  return implement(sqlHistoryRoutes.downloadSqlExecutions, ({ query }, ctx) => {
    ctx.status = 200;
    ctx.set({ 'Content-Type': 'text/csv; charset=utf-8', 'Cache-Control': 'no-store' });
    ctx.set('Content-Disposition', 'attachment; filename="sql-log.csv"');
    ctx.body = Readable.from(csvFile(logColumns, executionRows(pool, query)));
    return Promise.resolve();
  });
}

const titles = [
  'session_id',
  'user_id',
  'user_name',
  'data_source',
  'sql',
  'fingerprint',
  'outcome',
  'error_code',
  'cached',
  'attempts',
  'row_count',
  'bytes',
  'queued_ms',
  'execution_ms',
  'estimated_rows',
  'estimated_cost',
  'peak_memory',
  'started_at',
  'finished_at',
] as (keyof SqlExecution)[];

const logColumns: CsvColumns<SqlExecution> = {
  titles,
  cells: (entry) => titles.map((title) => entry[title]),
};
