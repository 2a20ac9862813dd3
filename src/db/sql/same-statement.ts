import type { RunResult } from '../../contracts/runs/run.js';
import { maybeOne, sql, type Db } from '../base/sql.js';
import type { AnswerMeasures } from './tries.js';

export interface StoredAnswer extends AnswerMeasures {
  readonly runId: string;
  readonly result: RunResult;
}

/** The newest kept result of the very same statement that is no older. Whether the asker may have it is the caller's. */
export function findFreshResult(
  db: Db,
  statementHash: string,
  maxAgeSeconds: number,
): Promise<StoredAnswer | undefined> {
  return maybeOne<StoredAnswer>(
    db,
    sql`select run_id as "runId", runs.result, columns, row_count as "rowCount", truncated,
               execution_ms as "executionMs", bytes
          from sql_runs join runs on runs.id = run_id
         where statement_hash = decode(${statementHash}, 'hex') and served_by is null and status = 'completed'
           and finished_at >= now() - make_interval(secs => ${maxAgeSeconds})
           and exists (select from objects where key = runs.result->>'key' and released_at is null)
         order by queued_at desc
         limit 1`,
  );
}

/** A wanted run in the queue or at work. */
export async function findOneInFlight(db: Db, statementHash: string): Promise<string | undefined> {
  const row = await maybeOne<{ runId: string }>(
    db,
    sql`select run_id as "runId" from sql_runs join runs on runs.id = run_id
         where statement_hash = decode(${statementHash}, 'hex') and place in ('waiting', 'admitted')
           and finished_at is null and cancel_requested_at is null
         order by queued_at
         limit 1`,
  );
  return row?.runId;
}
