import { runEventsChannel, webhooksDueChannel } from '../../contracts/names.js';
import type { RunProjection } from '../../contracts/runs/projection.js';
import { canBecome, isFinal, type RunStatus } from '../../domain/runs/status.js';
import { toJsonb } from '../base/jsonb.js';
import { lockRunStatus } from './runs.js';
import { maybeOne, prepared, sql, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * The only writer of a run's state and events.
 *
 * E1. Positions are allocated under the lock of the run's row, so they commit in their order and without gap.
 * E2. Every change names itself (`dedupKey`); an activity that is run twice writes its events once.
 * E3. A finished run never changes: a late change is dropped, and the caller learns it.
 * E4. Older progress never replaces newer progress, by its `version`; only a workflow's own projection may, after a
 *     reset.
 * E5. Each change sends a single NOTIFY, after its commit. It is only a wake-up: readers poll too.
 * E6. Deliveries to webhooks commit with the event, in the same statement: without webhooks they cost nothing.
 */
export interface ProjectionResult {
  /**
   * `repeated`: this very change was written before. `finished`: the run had ended, so its worker stops. `gone`: it is
   * no longer kept.
   */
  readonly kind: 'applied' | 'repeated' | 'finished' | 'gone';
  readonly status: RunStatus | null;
}

export class IllegalTransitionError extends Error {
  override readonly name = 'IllegalTransitionError';
  constructor(
    readonly runId: string,
    readonly from: RunStatus,
    readonly to: RunStatus,
  ) {
    super(`a run that is ${from} cannot become ${to}`);
  }
}

export async function projectRun(tx: Tx, projection: RunProjection): Promise<ProjectionResult> {
  const status = await lockRunStatus(tx, projection.runId);
  if (status === undefined) return { kind: 'gone', status: null };
  if (isFinal(status)) {
    const earlier = await maybeOne(tx, wasWritten(projection));
    return { kind: earlier === undefined ? 'finished' : 'repeated', status };
  }
  const to = projection.status ?? status;
  if (!canBecome(status, to)) throw new IllegalTransitionError(projection.runId, status, to);
  // A statement of its own: a waiter for the lock sees the events from before its wait. It would miss that its own
  // change was written meanwhile.
  const written = await maybeOne<Written>(tx, prepared('runs.project', writeProjection(projection, sql``)));
  if (written === undefined) return { kind: 'repeated', status };
  announceWritten(tx, projection.runId, written);
  return { kind: 'applied', status: written.status };
}

/**
 * For a step, which decides nothing by the answer: it is sent right behind `lockRunStatus`, without a wait. A run that
 * has ended or is gone stays unchanged, and so does one without `condition` (`and …`).
 */
export async function projectStep(tx: Tx, projection: RunProjection, condition: Sql): Promise<void> {
  const written = await maybeOne<Written>(
    tx,
    prepared('runs.project_step', writeProjection(projection, sql`and finished_at is null ${condition}`)),
  );
  if (written !== undefined) announceWritten(tx, projection.runId, written);
}

interface Written {
  readonly status: RunStatus;
  readonly lastPos: number;
  /** The webhooks whose deliveries are due. */
  readonly webhooks: readonly string[] | null;
}

function announceWritten(tx: Tx, runId: string, { lastPos, webhooks }: Written): void {
  tx.announce(runEventsChannel, `${runId}:${lastPos}`);
  for (const webhookId of webhooks ?? []) tx.announce(webhooksDueChannel, webhookId);
}

/** For an ended run: the change that ended it, written again, did not come too late. */
function wasWritten(projection: RunProjection): Sql {
  return sql`select pos from run_events
              where run_id = ${projection.runId} and dedup_key = ${`${projection.dedupKey}#1`}`;
}

function writeProjection(projection: RunProjection, condition: Sql): Sql {
  const { runId, dedupKey, progress, status } = projection;
  const events = projection.events ?? [];
  const version = versionOf(progress);
  const newest = projection.provisional === true ? sql`${version}::bigint - 1` : sql`${version}::bigint`;
  const outdated =
    projection.authoritative === true
      ? sql`false`
      : sql`coalesce(${newest} < (progress->>'version')::bigint, false)`;
  return sql`with changed as (
      update runs
         set last_pos = last_pos + ${events.length}::bigint,
             version = version + 1,
             updated_at = clock_timestamp(),
             status = case when ${outdated} then status else coalesce(${status ?? null}, status) end,
             progress = case when ${outdated} then progress else coalesce(${toJsonb(progress)}::jsonb, progress) end,
             result = coalesce(${toJsonb(projection.result)}::jsonb, result),
             error = ${projection.error === undefined ? sql`error` : sql`${toJsonb(projection.error)}::jsonb`},
             started_at = coalesce(started_at, ${begins(status) ? sql`clock_timestamp()` : sql`null`}),
             finished_at = ${status !== undefined && isFinal(status) ? sql`case when not ${outdated} then clock_timestamp() end` : sql`null`}
       where id = ${runId}
         and not exists (select from run_events where run_id = ${runId} and dedup_key = ${`${dedupKey}#1`})
         ${condition}
      returning status, last_pos),
    written as (
      insert into run_events (run_id, pos, type, data, dedup_key)
      select ${runId}, last_pos - ${events.length}::bigint + place, event->>'type', event->'data',
             ${`${dedupKey}#`} || place
        from changed, jsonb_array_elements(${toJsonb(events)}::jsonb) with ordinality as given (event, place)
      returning pos, type),
    queued as (
      insert into webhook_deliveries (webhook_id, run_id, pos, event_type)
      select webhooks.id, ${runId}, written.pos, written.type
        from written join webhooks on is_active and events && array['*', written.type]
      returning webhook_id)
    select status, last_pos as "lastPos",
           (select array_agg(distinct webhook_id) from queued) as webhooks
      from changed`;
}

/** A run that is canceled or given up in the queue never began. */
function begins(status: RunStatus | undefined): boolean {
  return status !== undefined && status !== 'queued' && status !== 'canceled' && status !== 'failed';
}

function versionOf(progress: object | undefined): number | null {
  return progress !== undefined && 'version' in progress && typeof progress.version === 'number'
    ? progress.version
    : null;
}
