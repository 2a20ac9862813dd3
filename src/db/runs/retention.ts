import { execute, sql, type Db } from '../base/sql.js';

const BATCH = 500;

/** How long the bare row of a run outlives its content, so that its address answers 410 and not 404. */
const TOMBSTONE_DAYS = 30;
const IDEMPOTENCY_HOURS = 48;

/** Lets go of the content of runs that ended more than `keepDays` ago. The content itself goes when no run has it. */
export function releaseExpiredContent(db: Db, keepDays: number): Promise<number> {
  return execute(
    db,
    sql`delete from run_blobs
         where (run_id, sha256) in (
               select run_id, sha256 from run_blobs join runs on runs.id = run_id
                where finished_at < now() - make_interval(days => ${keepDays})
                limit ${BATCH})`,
  );
}

/** Removes runs with everything that belongs to them: events, checkpoints, dead letters, sessions. */
export function deleteExpiredRuns(db: Db, keepDays: number): Promise<number> {
  return execute(
    db,
    sql`delete from runs
         where id in (select id from runs
                       where finished_at < now() - make_interval(days => ${keepDays + TOMBSTONE_DAYS})
                       limit ${BATCH})`,
  );
}

export function deleteExpiredIdempotencyKeys(db: Db): Promise<number> {
  return execute(
    db,
    sql`delete from idempotency_keys
         where (owner_id, key) in (select owner_id, key from idempotency_keys
                                    where created_at < now() - make_interval(hours => ${IDEMPOTENCY_HOURS})
                                    limit ${BATCH})`,
  );
}

export function deleteExpiredSignIns(db: Db): Promise<number> {
  return execute(
    db,
    sql`with tokens as (delete from sign_in_tokens where expires_at < now() - interval '1 day' returning 1),
             sessions as (delete from web_sessions where expires_at < now() returning 1)
        select from tokens union all select from sessions`,
  );
}

export function deletePassedRateLimits(db: Db): Promise<number> {
  return execute(db, sql`delete from rate_limits where reset_at < now() - interval '1 hour'`);
}

export { BATCH as retentionBatch, IDEMPOTENCY_HOURS };
