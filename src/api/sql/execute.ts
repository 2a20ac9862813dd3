import type { Pool } from 'pg';
import { FIRST_ROWS } from '../../contracts/sql/request.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import type { Viewer } from '../../db/runs/runs.js';
import type { SqlRunRow } from '../../db/sql/find-run.js';
import { sizeInWords } from '../../domain/sql/estimate.js';
import { isFinal } from '../../domain/runs/status.js';
import { readableResult } from '../../operations/sql/results.js';
import { readWindow } from '../../operations/sql/read-window.js';
import { submitSql, type Submitted, type SubmitDeps } from '../../operations/sql/submit.js';
import { waitForEnd } from '../../operations/sql/wait-for-end.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { implement, reply, type Route, type Reply } from '../http/route.js';
import { sqlRoutes } from '../../contracts/sql/routes.js';
import { errorOf, resultsUrl, statusUrl } from './views.js';

export interface SqlExecuteDeps extends SubmitDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly sql: SqlSettings;
}

export function createSqlExecuteRoutes(deps: SqlExecuteDeps): Route[] {
  return [executeRoute(deps), executeAsyncRoute(deps)];
}

function executeRoute(deps: SqlExecuteDeps): Route {
  return implement(sqlRoutes.executeSql, async ({ body, principal, origin, commandId }) => {
    const order = { body, owner: principal, actor: principal, origin, commandId };
    const submitted = await submitSql(deps, order);
    if (submitted.kind === 'asked') return askedReply(submitted);
    const run = await waitForEnd(deps.pool, {
      viewer: principal,
      id: submitted.runId,
      waitMs: deps.sql.syncWaitMs,
    });
    if (run !== undefined && isFinal(run.status)) return endedReply(deps, run, principal);
    const message = `It takes longer than ${deps.sql.syncWaitMs} ms and goes on.`;
    return acceptedReply(submitted, message);
  });
}

function executeAsyncRoute(deps: SqlExecuteDeps): Route {
  return implement(sqlRoutes.executeSqlAsync, async ({ body, principal, origin, commandId }) => {
    const order = { body, owner: principal, actor: principal, origin, commandId };
    const submitted = await submitSql(deps, order);
    return submitted.kind === 'asked' ? askedReply(submitted) : acceptedReply(submitted);
  });
}

function askedReply({
  estimate,
  token,
  expiresAt,
  questionId,
}: Extract<Submitted, { kind: 'asked' }>): Reply {
  return reply(200, {
    success: false,
    status: 'confirmation_required',
    estimate,
    confirm_token: token,
    confirmation_id: questionId,
    expires_at: expiresAt,
    message: `${sizeInWords(estimate)} Nothing runs before you send it again with the token.`,
  });
}

export function acceptedReply(submitted: Extract<Submitted, { kind: 'accepted' }>, message?: string): Reply {
  const { runId, queuePosition, estimate } = submitted;
  const body = {
    success: true,
    status: 'processing',
    session_id: runId,
    job_id: runId,
    status_url: statusUrl(runId),
    results_url: resultsUrl(runId),
    queue_position: queuePosition,
    estimate,
    ...(message === undefined ? {} : { message }),
  };
  return reply(202, body, { Location: statusUrl(runId), 'Retry-After': '3' });
}

async function endedReply(deps: SqlExecuteDeps, run: SqlRunRow, viewer: Viewer): Promise<Reply> {
  const names = { session_id: run.id, job_id: run.id };
  if (run.status !== 'completed') {
    const status = run.status === 'canceled' ? 'canceled' : 'error';
    return reply(200, { success: false, status, ...names, error: errorOf(run) });
  }
  const { columns, rowCount, truncated, key, storedBy } = await readableResult(deps.pool, viewer, run.id);
  const window = { runId: storedBy, key, columns, offset: 0, limit: FIRST_ROWS };
  return reply(200, {
    success: true,
    status: 'completed',
    ...names,
    columns,
    rows: (await readWindow(deps.pool, deps.objects, window)) ?? [],
    row_count: rowCount,
    truncated,
    execution_ms: run.executionMs ?? 0,
    cached: run.place === 'served',
  });
}
