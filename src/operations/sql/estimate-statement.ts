import type { DataSource } from '../../contracts/sql/data-source.js';
import { SourceError, type SourceConnector, type SourceStatement } from '../../contracts/sql/ports.js';
import { Refusal } from '../../contracts/refusal.js';
import { planOf, type SqlPlan } from '../../domain/sql/estimate.js';
import { positionAt } from '../../domain/sql/text-position.js';
import { statementRefusal } from './check-statement.js';

/** Planning may evaluate functions over constants, so it is as guarded as the statement itself, and shorter. */
const LONGEST_MS = 10_000;
const LOCK_MS = 2_000;

/** The estimate of the source; nothing of the statement runs. Undefined: the answer came too late. */
export async function planStatement(
  connector: SourceConnector,
  source: DataSource,
  statement: SourceStatement,
): Promise<SqlPlan | undefined> {
  const session = await open(connector, source);
  const overdue = setTimeout(() => void session.cancel(), LONGEST_MS);
  try {
    return planOf(await session.explain(statement));
  } catch (error) {
    if (error instanceof SourceError && error.fault === 'timeout') return undefined;
    throw refusalOf(error, statement.sql);
  } finally {
    clearTimeout(overdue);
    // Nobody waits for the end of the connection: it rolls back and is gone whatever happens here.
    void session.close();
  }
}

async function open(connector: SourceConnector, source: DataSource) {
  try {
    return await connector.open(source, {
      statementTimeoutMs: LONGEST_MS,
      lockTimeoutMs: LOCK_MS,
      applicationName: 'sluice estimate',
    });
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): Refusal {
  return new Refusal('data_source_unavailable', { retryAfterSeconds: 5, cause });
}

/** Before the statement itself stands what makes it an EXPLAIN. */
const EXPLAIN = 'explain (format json) '.length;

function refusalOf(error: unknown, text: string): unknown {
  if (!(error instanceof SourceError)) return error;
  const { fault, message, details } = error;
  if (fault === 'connection') return unavailable(error);
  if (fault === 'not_allowed') return statementRefusal('sql_not_allowed', message);
  const { position, sqlState } = details;
  const at = position === undefined ? undefined : positionAt(text, position - 1 - EXPLAIN);
  return statementRefusal(
    sqlState?.startsWith('42') === true ? 'sql_syntax_error' : 'sql_failed',
    message,
    at,
  );
}
