import type { RunEvent } from '../../contracts/event-data.js';
import { many, sql, type Db } from '../base/sql.js';

/** An event with its place. Data that an older version wrote under a name is not parsed again. */
export type StoredEvent = RunEvent & { readonly runId: string; readonly pos: number; readonly at: string };

/** Up to `limit` events of one run after a position, in order. */
export function listEventsAfter(
  db: Db,
  runId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<StoredEvent[]> {
  return many<StoredEvent>(
    db,
    sql`select run_id as "runId", pos, type, data, at
          from run_events
         where run_id = ${runId} and pos > ${after}
         order by pos
         limit ${limit}`,
  );
}

/** The same for many runs in one statement: up to `limit` events of each, each after its own position. */
export function listEventsOfRunsAfter(
  db: Db,
  wanted: readonly { runId: string; after: number }[],
  limit: number,
): Promise<StoredEvent[]> {
  return many<StoredEvent>(
    db,
    sql`select event.run_id as "runId", event.pos, event.type, event.data, event.at
          from unnest(${wanted.map((one) => one.runId)}::text[],
                      ${wanted.map((one) => one.after)}::bigint[]) as wanted (run_id, after)
         cross join lateral (
                select run_id, pos, type, data, at
                  from run_events
                 where run_id = wanted.run_id and pos > wanted.after
                 order by pos
                 limit ${limit}) as event
         order by event.run_id, event.pos`,
  );
}

export interface RunPosition {
  readonly runId: string;
  readonly lastPos: number;
  readonly finished: boolean;
}

/** Where each of these runs is now. A run that is no longer kept is missing from the answer. */
export function listRunPositions(db: Db, runIds: readonly string[]): Promise<RunPosition[]> {
  return many<RunPosition>(
    db,
    sql`select id as "runId", last_pos as "lastPos", finished_at is not null as finished
          from runs
         where id = any(${runIds}::text[])`,
  );
}
