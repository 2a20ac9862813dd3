import { execute, many, maybeOne, sql, type Db } from '../base/sql.js';

/** Of something that is about to be written for a run. False: the run has ended or is no longer kept. */
export async function insertObject(db: Db, object: { key: string; runId: string }): Promise<boolean> {
  const inserted = await execute(
    db,
    sql`insert into objects (key, run_id)
        select ${object.key}, id from runs where id = ${object.runId} and finished_at is null`,
  );
  return inserted === 1;
}

/** Whether it may still be handed out. */
export async function isKept(db: Db, key: string): Promise<boolean> {
  const row = await maybeOne(db, sql`select from objects where key = ${key} and released_at is null`);
  return row !== undefined;
}

/**
 * Marks up to `limit` objects for removal, and returns their keys. They are results of runs that ended more than
 * `keepDays` ago, and objects that no run names. The latter may belong to a lost try that goes on, or to a run about
 * to name its result. A day is longer than both. A marked object stays marked until its row goes.
 */
export async function releaseObjects(db: Db, keepDays: number, limit: number): Promise<string[]> {
  const rows = await many<{ key: string }>(
    db,
    sql`update objects set released_at = coalesce(released_at, now())
         where key in (
               select objects.key from objects left join runs on runs.id = objects.run_id
                where objects.released_at is not null
                   or runs.finished_at < now() - make_interval(days => ${keepDays})
                   or (objects.created_at < now() - interval '1 day'
                       and (runs.id is null
                            or (runs.finished_at is not null and runs.result->>'key' is distinct from objects.key)))
                order by objects.released_at nulls first
                limit ${limit})
        returning key`,
  );
  return rows.map((row) => row.key);
}

/** After the store has removed them. */
export function deleteObjects(db: Db, keys: readonly string[]): Promise<number> {
  return execute(db, sql`delete from objects where key = any(${[...keys]}::text[])`);
}
