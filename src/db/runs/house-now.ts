import { many, one, sql, type Db } from '../base/sql.js';

export interface HouseNow {
  readonly queuedSeconds: number;
  readonly stepsRunning: number;
  readonly gatesWaiting: number;
  readonly gateSeconds: number;
  readonly webhooksWaiting: number;
  readonly webhookSeconds: number;
  readonly auditUnsealed: number;
}

/** How much there is of everything that has not ended. Partial indexes make it as cheap as what is open. */
export function countHouse(db: Db): Promise<HouseNow> {
  return one<HouseNow>(
    db,
    sql`select
      (select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 from runs
        where finished_at is null and status = 'queued') as "queuedSeconds",
      (select count(*) from session_steps join runs on runs.id = run_id
        where runs.finished_at is null and session_steps.status = 'running') as "stepsRunning",
      (select count(*) from gates where status = 'waiting') as "gatesWaiting",
      (select coalesce(extract(epoch from now() - min(opened_at)), 0)::float8 from gates
        where status = 'waiting') as "gateSeconds",
      (select count(*) from webhook_deliveries where finished_at is null) as "webhooksWaiting",
      (select greatest(coalesce(extract(epoch from now() - min(next_attempt_at)), 0), 0)::float8
         from webhook_deliveries where finished_at is null) as "webhookSeconds",
      (select count(*) from audit_unsealed) as "auditUnsealed"`,
  );
}

export function countOpenRuns(db: Db): Promise<{ kind: string; status: string; count: number }[]> {
  return many(
    db,
    sql`select kind, status, count(*) as count from runs where finished_at is null group by 1, 2`,
  );
}

export function countPlaces(db: Db): Promise<{ place: string; count: number }[]> {
  return many(
    db,
    sql`select place, count(*) as count from sql_runs join runs on runs.id = run_id
         where place in ('waiting', 'admitted', 'following') and finished_at is null group by 1`,
  );
}

export function countDeadLetters(db: Db): Promise<{ kind: string; count: number }[]> {
  return many(
    db,
    sql`select kind, count(*) as count from dead_letters
         where replayed_as is null and replayed_delivery_id is null group by 1`,
  );
}
