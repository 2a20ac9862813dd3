import type { DataSource } from '../../contracts/sql/data-source.js';
import { SourceError, type SourcePlanner, type SourceStatement } from '../../contracts/sql/ports.js';
import { Refusal } from '../../contracts/refusal.js';
import { planOf, type SqlPlan } from '../../domain/sql/estimate.js';
import { positionAt } from '../../domain/sql/text-position.js';
import { statementRefusal } from './check-statement.js';

/** SQLSTATE of a statement whose parameters are more or fewer than its values. */
const WRONG_PARAMETERS = '08P01';

/** The estimate of the source; nothing of the statement runs. Undefined: the answer came too late. */
export async function planStatement(
  planner: SourcePlanner,
  source: DataSource,
  statement: SourceStatement,
): Promise<SqlPlan | undefined> {
  try {
    return planOf(await planner.plan(source, statement));
  } catch (error) {
    if (error instanceof SourceError && error.fault === 'timeout') return undefined;
    throw refusalOf(error, statement.sql);
  }
}

function refusalOf(error: unknown, text: string): unknown {
  if (!(error instanceof SourceError)) return error;
  const { fault, message, details } = error;
  if (fault === 'connection') {
    return new Refusal('data_source_unavailable', { retryAfterSeconds: 5, cause: error });
  }
  if (fault === 'not_allowed') return statementRefusal('sql_not_allowed', message);
  const { position, sqlState } = details;
  if (sqlState === WRONG_PARAMETERS) {
    const detail = 'The statement has more or fewer parameters than there are values.';
    return statementRefusal('sql_syntax_error', detail);
  }
  const at = position === undefined ? undefined : positionAt(text, position - 1);
  return statementRefusal(
    sqlState?.startsWith('42') === true ? 'sql_syntax_error' : 'sql_failed',
    message,
    at,
  );
}
