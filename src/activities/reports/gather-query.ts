import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import { failureTypes } from '../../contracts/errors.js';
import { Refusal } from '../../contracts/refusal.js';
import type { GatherQueryInput } from '../../contracts/reports/report.js';
import type { QueryData } from '../../domain/reports/query.js';
import { askStatement, type AskDeps, type StatementAnswer } from '../../operations/sql/ask-statement.js';
import { recallOf } from '../sessions/lease.js';

/** A report is read by people: more rows belong into a download. */
const MOST_ROWS = 1_000;

/**
 * The rows of a report's statement. It is a run of its own, in the name of the report's owner.
 *
 * Y1. A statement that failed is a gap of the report, with the database's own words, and is not run again.
 * Y2. A full queue and a source that is away pass: Temporal asks again.
 * Y3. A worker that stops leaves the statement running: the next try waits for the same run.
 */
export async function gatherQuery(deps: AskDeps, input: GatherQueryInput): Promise<QueryData> {
  const { runId, query, section, viewer } = input;
  const { sql, params, data_source, chart } = query;
  const answer = await askStatement(deps, {
    body: { sql, params, data_source, row_limit: MOST_ROWS },
    owner: viewer,
    asker: 'report',
    askedFor: runId,
    commandId: `report:${runId}:${section}`,
    signal: cancellationSignal(),
    isUnwanted: () => recallOf() !== 'stopping',
  }).catch(refuse);
  return dataOf(answer, typeof chart === 'string' ? { type: chart } : (chart ?? null));
}

function dataOf(answer: StatementAnswer, chart: QueryData['chart']): QueryData {
  if (answer.kind === 'failed') {
    throw ApplicationFailure.nonRetryable(answer.message, failureOf[answer.code] ?? failureTypes.sqlFailed);
  }
  const { sessionId, columns, rows, rowCount, truncated, executionMs } = answer;
  return {
    session_id: sessionId,
    columns,
    rows,
    row_count: rowCount,
    truncated,
    execution_ms: executionMs,
    chart,
  };
}

/** By the code of a run's error or of a refusal. */
const failureOf: Readonly<Record<string, string>> = {
  sql_not_allowed: failureTypes.sqlNotAllowed,
  sql_timeout: failureTypes.sqlTimedOut,
  sql_limit_exceeded: failureTypes.sqlLimitExceeded,
  sql_too_large: failureTypes.sqlLimitExceeded,
  unknown_data_source: failureTypes.invalidInput,
  gone: failureTypes.recordGone,
};

const passing: Readonly<Record<string, string>> = {
  sql_queue_full: 'Too many statements are waiting.',
  data_source_unavailable: 'The data source does not answer.',
};
const AGAIN_MS = 10_000;

function refuse(error: unknown): never {
  if (!(error instanceof Refusal)) throw error;
  const { code, message } = error;
  const why = passing[code];
  if (why === undefined) {
    throw ApplicationFailure.nonRetryable(message, failureOf[code] ?? failureTypes.sqlFailed);
  }
  throw ApplicationFailure.create({
    message: why,
    type: failureTypes.dependencyUnavailable,
    nextRetryDelay: AGAIN_MS,
    cause: error,
  });
}
