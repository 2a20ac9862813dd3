import type { Pool } from 'pg';
import type { SqlExecution, SqlLogFilters } from '../../contracts/sql/log.js';
import { cursorRows } from '../base/cursor-rows.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, join, many, sql, type Db, type Sql } from '../base/sql.js';

const BATCH = 500;

/**
 * Writes the entries of runs that have ended and have none. It follows from the rows: an entry may be late but never
 * lost, and two writers at once write one. Gives their number.
 */
export function logExecutions(db: Db): Promise<number> {
  return execute(
    db,
    sql`with ended as (
          update sql_runs set logged_at = now()
           where run_id in (select run_id from sql_runs join runs on runs.id = run_id
                             where logged_at is null and finished_at is not null
                             order by queued_at limit ${BATCH} for update of sql_runs skip locked)
          returning *)
        insert into sql_executions (run_id, user_id, data_source, sql, fingerprint, outcome, error_code, cached, attempts,
                                    row_count, bytes, queued_ms, execution_ms, estimated_rows, estimated_cost, peak_memory,
                                    started_at, finished_at)
        select ended.run_id, ended.owner_id, ended.data_source, ended.sql, ended.fingerprint,
               case runs.status when 'completed' then 'completed' when 'canceled' then 'canceled' else 'error' end,
               runs.error->>'code', ended.place = 'served', ended.attempt, ended.row_count, ended.bytes,
               (extract(epoch from coalesce(ended.admitted_at, runs.finished_at) - ended.queued_at) * 1000)::bigint,
               coalesce(ended.execution_ms, (extract(epoch from runs.finished_at - ended.began_at) * 1000)::bigint),
               (ended.estimate->>'rows')::numeric::bigint, (ended.estimate->>'cost')::double precision,
               ended.peak_memory, runs.created_at, runs.finished_at
          from ended join runs on runs.id = ended.run_id
        on conflict do nothing`,
  );
}

const entry: Sql = sql`run_id as session_id, user_id, users.name as user_name, data_source, sql, fingerprint, outcome,
  error_code, cached, attempts, row_count, bytes, queued_ms, execution_ms, estimated_rows, estimated_cost, peak_memory,
  started_at, finished_at`;

/** `limit + 1` rows of one page, newest first. */
export function listExecutions(db: Db, filters: SqlLogFilters, page: PageRequest): Promise<SqlExecution[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`finished_at`, id: sql`run_id` });
  return many<SqlExecution>(
    db,
    sql`select ${entry} from sql_executions join users on users.id = user_id
         where ${matching(filters)} and ${where} order by ${orderBy} limit ${page.limit + 1}`,
  );
}

/** All of them, oldest first, a part at a time. */
export function executionRows(pool: Pool, filters: SqlLogFilters): AsyncGenerator<SqlExecution> {
  return cursorRows<SqlExecution>(
    pool,
    sql`select ${entry} from sql_executions join users on users.id = user_id
         where ${matching(filters)} order by finished_at, run_id`,
  );
}

function matching({ user_id, data_source, outcome, from, to }: SqlLogFilters): Sql {
  const conditions: Sql[] = [sql`true`];
  if (user_id !== undefined) conditions.push(sql`user_id = ${user_id}`);
  if (data_source !== undefined) conditions.push(sql`data_source = ${data_source}`);
  if (outcome !== undefined) conditions.push(sql`outcome = ${outcome}`);
  if (from !== undefined) conditions.push(sql`finished_at >= ${from}::timestamptz`);
  if (to !== undefined) conditions.push(sql`finished_at < ${to}::timestamptz`);
  return join(conditions, sql` and `);
}

/** Gives how many are gone. */
export function deleteExpiredExecutions(db: Db, keepDays: number, limit: number): Promise<number> {
  return execute(
    db,
    sql`delete from sql_executions
         where run_id in (select run_id from sql_executions
                           where finished_at < now() - make_interval(days => ${keepDays}) limit ${limit})`,
  );
}
