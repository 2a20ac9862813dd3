import { event } from '../../contracts/event-data.js';
import type { RunResult } from '../../contracts/runs/run.js';
import { fairOrder, type SqlQueue, type WaitingRun } from '../../domain/sql/fair-queue.js';
import { execute, many, maybeOne, one, prepared, sql, type Db } from '../base/sql.js';
import { projectRun } from '../runs/events.js';
import type { Tx } from '../base/transaction.js';

/**
 * The places at the data sources, for all workers together, and the queue before them.
 *
 * Q1. Giving or taking a place holds one lock to the end of the transaction: there are never more than allowed.
 * Q2. A place counts while its run is open. A run that ended without a word (terminated, closed by the reconciler) has
 *     none.
 * Q3. Joining the queue holds a lock of its own, so nobody who asks waits for places that are given away.
 * Q4. A run that follows another one holds no place. When that one fails or is canceled, it waits like any other.
 */
const PLACES = 3_003_001;
const ENTRANCE = 3_003_002;

export async function lockPlaces(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${PLACES})`);
}

/** To the end of the transaction nobody else joins the queue: its length and the runs of a statement stay. */
export async function lockEntrance(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${ENTRANCE})`);
}

/** A waiting workflow with a change of its place. */
export interface CalledRun {
  readonly runId: string;
  readonly workflowId: string;
}

/** Gives free places away, in the fair order. Needs the lock. */
export async function admitNext(tx: Tx, places: number): Promise<CalledRun[]> {
  const queue = await readQueue(tx);
  const free = Math.max(0, places - queue.admitted);
  const chosen = fairOrder(queue.waiting, queue.runningByOwner).slice(0, free);
  if (chosen.length === 0) return [];
  return many<CalledRun>(
    tx,
    sql`update sql_runs set place = 'admitted', admitted_at = clock_timestamp()
          from runs
         where runs.id = run_id and run_id = any(${chosen.map(({ runId }) => runId)}::text[])
        returning run_id as "runId", runs.workflow_id as "workflowId"`,
  );
}

export async function readQueue(db: Db): Promise<SqlQueue> {
  const rows = await many<WaitingRun & { place: string }>(
    db,
    prepared(
      'sql.read_queue',
      sql`select run_id as "runId", sql_runs.owner_id as "ownerId", queued_at as "queuedAt", place
            from sql_runs join runs on runs.id = run_id
           where finished_at is null and (place = 'admitted' or (place = 'waiting' and cancel_requested_at is null))`,
    ),
  );
  const runningByOwner = new Map<string, number>();
  const admitted = rows.filter(({ place }) => place === 'admitted');
  for (const { ownerId } of admitted) runningByOwner.set(ownerId, (runningByOwner.get(ownerId) ?? 0) + 1);
  return {
    waiting: rows.filter(({ place }) => place === 'waiting'),
    admitted: admitted.length,
    runningByOwner,
  };
}

export type QueuePlace =
  | { readonly place: 'waiting' | 'admitted' }
  | { readonly place: 'served'; readonly result: RunResult };

/** Where a run stands, after what it followed has been looked at. Needs the lock. Undefined: there is no such run. */
export async function placeOf(tx: Tx, runId: string): Promise<QueuePlace | undefined> {
  const row = await maybeOne<{ place: string; servedBy: string | null; result: RunResult | null }>(
    tx,
    sql`select place, served_by as "servedBy", leader.result
          from sql_runs left join runs as leader on leader.id = served_by
         where run_id = ${runId}`,
  );
  if (row === undefined) return undefined;
  if (row.place === 'served' && row.result !== null) return { place: 'served', result: row.result };
  if (row.place === 'following' && row.servedBy !== null) {
    await settleFollowers(tx, row.servedBy);
    const { place } = await one<{ place: string }>(
      tx,
      sql`select place from sql_runs where run_id = ${runId}`,
    );
    if (place === 'served') return placeOf(tx, runId);
  }
  return { place: row.place === 'admitted' ? 'admitted' : 'waiting' };
}

/**
 * The runs that followed an ended run: they take its result, or run after all. Gives the workflows that have something
 * to hear. A run that is still open is left alone.
 */
export async function settleFollowers(tx: Tx, leaderId: string): Promise<CalledRun[]> {
  return many<CalledRun>(
    tx,
    sql`update sql_runs as follower
           set place = case when ended.status = 'completed' then 'served' else 'waiting' end,
               served_by = case when ended.status = 'completed' then follower.served_by end,
               columns = ended.columns, row_count = ended.row_count, truncated = ended.truncated,
               execution_ms = ended.execution_ms, bytes = ended.bytes
          from (select runs.status, leader.* from sql_runs as leader join runs on runs.id = leader.run_id
                 where leader.run_id = ${leaderId} and runs.finished_at is not null) as ended, runs
         where follower.served_by = ${leaderId} and follower.place = 'following' and runs.id = follower.run_id
        returning follower.run_id as "runId", runs.workflow_id as "workflowId"`,
  );
}

/**
 * A canceled run that holds no place has nothing to end: it is canceled here and now. Its workflow finds it so. A run that
 * holds one is left to its worker.
 */
export async function cancelInQueue(tx: Tx, runId: string): Promise<void> {
  await lockPlaces(tx);
  const waiting = await maybeOne(
    tx,
    sql`select from sql_runs where run_id = ${runId} and place in ('waiting', 'following')`,
  );
  if (waiting === undefined) return;
  await projectRun(tx, {
    runId,
    dedupKey: 'canceled-in-queue',
    status: 'canceled',
    events: [event('job.canceled', { state: 'CANCELED' })],
  });
  await releasePlace(tx, runId);
}

/** Takes a run out of the queue or gives its place back. Needs the lock. */
export async function releasePlace(tx: Tx, runId: string): Promise<void> {
  await execute(
    tx,
    sql`update sql_runs set place = 'released' where run_id = ${runId} and place in ('waiting', 'admitted', 'following')`,
  );
}
