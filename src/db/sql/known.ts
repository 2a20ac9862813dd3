import type { SqlHistory } from '../../domain/sql/estimate.js';
import { one, prepared, sql, type Db } from '../base/sql.js';
import type { StatementName } from './statistics.js';

export interface AskedStatement extends StatementName {
  readonly commandId: string;
  readonly userId: string;
  readonly statementHash: string;
}

export interface Known {
  /** The run that the command made before, when it is sent again. */
  readonly runId: string | null;
  /** The user is not asked again today about statements like this one. */
  readonly isRemembered: boolean;
  readonly history: SqlHistory;
}

/** All that is known of a statement before it is taken, in one question: its sender waits. */
export async function knownOf(db: Db, asked: AskedStatement): Promise<Known> {
  const { commandId, userId, dataSource, fingerprint, statementHash } = asked;
  const { runId, isRemembered, ...history } = await one<SqlHistory & Omit<Known, 'history'>>(
    db,
    prepared(
      'sql.known',
      sql`select (select run_id from sql_runs where command_id = ${commandId}) as "runId",
                 exists (select from sql_remembered
                          where user_id = ${userId} and data_source = ${dataSource} and fingerprint = ${fingerprint}
                            and day = (now() at time zone 'UTC')::date) as "isRemembered",
                 coalesce(cardinality(recent_ms), 0) as runs,
                 (select percentile_disc(0.5) within group (order by ms) from unnest(recent_ms) as ms) as "usualMs",
                 (select percentile_disc(0.5) within group (order by n) from unnest(recent_rows) as n) as "usualRows",
                 (select row_count from sql_runs join runs on runs.id = run_id
                   where statement_hash = decode(${statementHash}, 'hex') and status = 'completed' and not truncated
                   order by queued_at desc limit 1) as "sameStatementRows"
            from (select) as question
                 left join sql_statistics on data_source = ${dataSource} and fingerprint = ${fingerprint}`,
    ),
  );
  return { runId, isRemembered, history };
}
