import type { Pool } from 'pg';
import { executeSqlBody, FIRST_ROWS, type ExecuteSql } from '../../contracts/sql/request.js';
import {
  sqlAcceptedSchema,
  sqlCompletedSchema,
  sqlConfirmationSchema,
  sqlEndedSchema,
} from '../../contracts/sql/session.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import type { SqlRunRow } from '../../db/sql/find-run.js';
import { isFinal } from '../../domain/runs/status.js';
import { readableResult } from '../../operations/sql/results.js';
import { readWindow } from '../../operations/sql/read-window.js';
import { submitSql, type SqlOrder, type Submitted, type SubmitDeps } from '../../operations/sql/submit.js';
import { waitForEnd } from '../../operations/sql/wait-for-end.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { acceptedHeaders, commandRoute, reply, type AnyRoute, type Reply } from '../http/route.js';
import { errorOf, resultsUrl, sqlBase, statusUrl } from './views.js';

export interface SqlExecuteDeps extends SubmitDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly sql: SqlSettings;
}

const problems = [
  'sql_syntax_error',
  'sql_not_allowed',
  'sql_too_large',
  'sql_failed',
  'unknown_data_source',
  'confirmation_invalid',
  'sql_queue_full',
  'data_source_unavailable',
] as const;

const headers = acceptedHeaders('Its status.');

export function createSqlExecuteRoutes(deps: SqlExecuteDeps): AnyRoute[] {
  return [executeRoute(deps), executeAsyncRoute(deps)];
}

function executeRoute(deps: SqlExecuteDeps): AnyRoute {
  return commandRoute({
    method: 'POST',
    path: `${sqlBase}/execute`,
    operationId: 'executeSql',
    summary: 'Run a statement and wait for its first rows; what takes longer goes on, and the answer says so',
    tag: 'SQL',
    access: 'user',
    body: executeSqlBody,
    responses: {
      200: {
        description: 'Its first 1,000 rows; or how it ended without any; or that it has to be confirmed',
        body: sqlCompletedSchema.or(sqlEndedSchema).or(sqlConfirmationSchema),
      },
      202: { description: 'It goes on: ask for its status', body: sqlAcceptedSchema, headers },
    },
    problems,
    async handle({ body, principal, origin, commandId }) {
      const submitted = await submit(deps, { body, principal, origin, commandId });
      if (submitted.kind === 'asked') return askedReply(submitted);
      const run = await waitForEnd(deps.pool, principal, submitted.runId, deps.sql.syncWaitMs);
      if (run !== undefined && isFinal(run.status)) return endedReply(deps, run, principal);
      const message = `It takes longer than ${deps.sql.syncWaitMs} ms and goes on.`;
      return acceptedReply(submitted, message);
    },
  });
}

function executeAsyncRoute(deps: SqlExecuteDeps): AnyRoute {
  return commandRoute({
    method: 'POST',
    path: `${sqlBase}/execute-async`,
    operationId: 'executeSqlAsync',
    summary: 'Take a statement and answer at once',
    tag: 'SQL',
    access: 'user',
    body: executeSqlBody,
    responses: {
      200: { description: 'It has to be confirmed first: nothing runs', body: sqlConfirmationSchema },
      202: { description: 'It will run', body: sqlAcceptedSchema, headers },
    },
    problems,
    async handle({ body, principal, origin, commandId }) {
      const submitted = await submit(deps, { body, principal, origin, commandId });
      return submitted.kind === 'asked' ? askedReply(submitted) : acceptedReply(submitted);
    },
  });
}

function submit(deps: SqlExecuteDeps, order: SqlOrder & { body: ExecuteSql }): Promise<Submitted> {
  return submitSql(deps, order);
}

function askedReply({ estimate, token, expiresAt }: Extract<Submitted, { kind: 'asked' }>): Reply {
  const size =
    estimate.rows === null
      ? 'Its size could not be estimated in time.'
      : `It is estimated at ${estimate.rows} rows and ${estimate.bytes} bytes, at a cost of ${estimate.cost}.`;
  return reply(200, {
    success: false,
    status: 'confirmation_required',
    estimate,
    confirm_token: token,
    expires_at: expiresAt,
    message: `${size} Nothing runs before you send it again with the token.`,
  });
}

function acceptedReply(submitted: Extract<Submitted, { kind: 'accepted' }>, message?: string): Reply {
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

async function endedReply(
  deps: SqlExecuteDeps,
  run: SqlRunRow,
  viewer: SqlOrder['principal'],
): Promise<Reply> {
  const names = { session_id: run.id, job_id: run.id };
  if (run.status !== 'completed') {
    const status = run.status === 'canceled' ? 'canceled' : 'error';
    return reply(200, { success: false, status, ...names, error: errorOf(run) });
  }
  const { columns, rowCount, truncated, key, storedBy } = await readableResult(deps.pool, viewer, run.id);
  const window = { runId: storedBy, key, columns, offset: 0, limit: FIRST_ROWS };
  return reply(200, {
    ...{ success: true, status: 'completed', ...names, columns },
    rows: (await readWindow(deps.pool, deps.objects, window)) ?? [],
    ...{ row_count: rowCount, truncated, execution_ms: run.executionMs ?? 0, cached: run.place === 'served' },
  });
}
