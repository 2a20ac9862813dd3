import { many, sql, type Db, type Sql } from '../base/sql.js';
import type { StoredEvent } from './event-reads.js';

/**
 * The events of all runs in the order of their transactions.
 *
 * C1. Only what lies below the horizon is read: the oldest transaction that still runs. All below it have ended, so
 *     nothing can be committed any more in front of what was read.
 * C2. A long transaction that writes, anywhere in the cluster, holds the horizon. `isWaiting` says that committed
 *     events lie behind it: they are to be asked for again soon.
 * C3. A restored database has transaction numbers of another cluster. Events older than a day are left out.
 */
export type StoredChange = StoredEvent & {
  readonly tx: number;
  readonly kind: string;
  readonly ownerId: string;
};

/** Behind which event to read on. With an empty `runId`: at the beginning of the transaction. */
export interface ChangeCursor {
  readonly tx: number;
  readonly runId: string;
  readonly pos: number;
}

export interface ReadChanges {
  readonly changes: readonly StoredChange[];
  /** Everything of transactions below it has been committed. */
  readonly horizon: number;
  readonly isWaiting: boolean;
}

/** The first `limit` changes after the cursor. */
export function listChangesAfter(db: Db, after: ChangeCursor, limit: number): Promise<ReadChanges> {
  const which = sql`(event.tx, event.run_id, event.pos) > (${String(after.tx)}::xid8, ${after.runId}, ${after.pos}::bigint)
                    and event.at > clock_timestamp() - interval '1 day'`;
  return readChanges(db, which, { limit, order: sql`event.tx, event.run_id, event.pos` });
}

/** The last `limit` changes, the oldest first. Of the first transaction some may be missing. */
export function listNewestChanges(db: Db, limit: number): Promise<ReadChanges> {
  return readChanges(db, sql`true`, {
    limit,
    order: sql`event.tx desc, event.run_id desc, event.pos desc`,
  });
}

type HorizonRow = Omit<ReadChanges, 'changes'> & (StoredChange | { readonly pos: null });

async function readChanges(
  db: Db,
  which: Sql,
  { limit, order }: { limit: number; order: Sql },
): Promise<ReadChanges> {
  const rows = await many<HorizonRow>(
    db,
    sql`with present as (select pg_snapshot_xmin(pg_current_snapshot()) as horizon,
                                pg_snapshot_xmax(pg_current_snapshot()) as next)
        select present.horizon::text::bigint as horizon,
               exists (select from run_events where tx >= present.horizon and tx < present.next) as "isWaiting",
               change.*
          from present
          left join lateral (
               select event.tx::text::bigint as tx, event.run_id as "runId", event.pos, event.type, event.data, event.at,
                      runs.kind, runs.owner_id as "ownerId"
                 from run_events event join runs on runs.id = event.run_id
                where ${which} and event.tx < present.horizon
                order by ${order}
                limit ${limit}) as change on true
         order by change.tx, change."runId", change.pos`,
  );
  const [first] = rows;
  return {
    horizon: first?.horizon ?? 0,
    isWaiting: first?.isWaiting ?? false,
    changes: rows.filter((row): row is HorizonRow & StoredChange => row.pos !== null),
  };
}
