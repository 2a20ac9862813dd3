import { runEventsChannel } from '../contracts/names.js';
import type { EventName } from '../domain/event-names.js';
import { many, sql, type Db } from './sql.js';

/**
 * E1. Positions of a run's events are 1, 2, 3 … without gap: they are given out under the lock of the run's row.
 * E2. A change with the same key is written once, however often its activity runs.
 * E3. A finished run never changes again.
 * E4. An older picture never replaces a newer one: `progress.version` only grows.
 * E5. One NOTIFY a change, sent by the commit; it only wakes readers, who then read what is stored.
 */
export interface RunChange {
  readonly runId: string;
  readonly dedupKey: string;
  readonly progress: { readonly status: string; readonly version: number };
  readonly finished: boolean;
  readonly error?: { readonly code: string; readonly message: string } | null;
  readonly events: readonly { readonly type: EventName; readonly data: Record<string, unknown> }[];
}

/** True when the change was written, false when it had been before or came too late. One statement, one round trip. */
export async function recordRunChange(db: Db, change: RunChange): Promise<boolean> {
  const { runId, dedupKey, progress, events } = change;
  const rows = await many(
    db,
    sql`with locked as (
          select id, last_pos, coalesce((progress->>'version')::bigint, 0) as seen
            from runs where id = ${runId} and finished_at is null for update),
        fresh as (
          select * from locked
           where not exists (select 1 from run_events where run_id = locked.id and dedup_key = ${`${dedupKey}#1`})),
        changed as (
          update runs
             set last_pos = fresh.last_pos + ${events.length}::int,
                 version = version + 1,
                 progress = case when fresh.seen <= ${progress.version} then ${progress}::jsonb else progress end,
                 status = case when fresh.seen <= ${progress.version} then ${progress.status} else status end,
                 started_at = coalesce(started_at, clock_timestamp()),
                 finished_at = case when ${change.finished}::boolean then clock_timestamp() end,
                 error = coalesce(${change.error ?? null}::jsonb, error),
                 updated_at = clock_timestamp()
            from fresh where runs.id = fresh.id
          returning runs.id, runs.last_pos, fresh.last_pos as before),
        written as (
          insert into run_events (run_id, pos, type, data, dedup_key)
          select changed.id, changed.before + event.number, event.value->>'type', event.value->'data',
                 ${dedupKey} || '#' || event.number
            from changed, jsonb_array_elements(${JSON.stringify(events)}::jsonb) with ordinality as event (value, number))
        select pg_notify(${runEventsChannel}, id || ':' || last_pos) from changed`,
  );
  return rows.length === 1;
}
