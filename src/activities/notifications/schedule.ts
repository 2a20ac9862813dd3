import { log } from '@temporalio/activity';
import type { Pool } from 'pg';
import type {
  FireNotificationsInput,
  NotificationFiring,
  NotificationScheduleActivities,
} from '../../contracts/notifications/schedule-workflow.js';
import { recordAudit } from '../../db/audit/log.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { listDueHolds } from '../../db/notifications/holds.js';
import {
  lockDueSchedule,
  noteFired,
  SCHEDULE_TAG,
  syncNotificationSchedule,
  type DueSchedule,
} from '../../db/notifications/schedule.js';
import type { NewRun } from '../../db/runs/runs.js';
import { insertDeadlineRun, insertRelease } from '../../operations/notifications/start-run.js';
import type { RunControl } from '../../platform/temporal/run-control.js';
import type { ScheduleControl } from '../../platform/temporal/schedule-control.js';

export interface NotificationScheduleDeps {
  readonly pool: Pool;
  readonly control: RunControl;
  readonly notifications: { readonly officeConcurrency: number };
}

const actor = { system: 'notification schedule' };

/**
 * F1. The row comes first: when this process dies here, the sweeper starts the run.
 * F2. A moment gives one run, however often it fires, and none while the run before it is open.
 */
export function createNotificationScheduleActivities(
  deps: NotificationScheduleDeps,
): NotificationScheduleActivities {
  return { fireNotifications: (input) => fire(deps, input) };
}

async function fire(
  { pool, control, notifications }: NotificationScheduleDeps,
  { scheduledAt }: FireNotificationsInput,
): Promise<NotificationFiring> {
  const made = await withTransaction(pool, async (tx) => {
    const due = await lockDueSchedule(tx, scheduledAt);
    const refusal = refusalOf(due);
    if (refusal !== undefined) return refusal;
    await noteFired(tx, scheduledAt);
    return insertScheduled(tx, due.ownerId ?? '', { scheduledAt, ...notifications });
  });
  if (typeof made === 'string') return { outcome: 'skipped', reason: made };
  await launch(control, made);
  return { outcome: 'started', jobId: made.id };
}

function refusalOf({ enabled, wasFired, ownerIsActive, isOpen }: DueSchedule): string | undefined {
  if (!enabled) return 'The schedule is paused.';
  if (wasFired) return 'This moment has its run.';
  if (!ownerIsActive) return 'Whoever set the schedule is no active administrator any more.';
  return isOpen ? 'The run of the time before has not ended.' : undefined;
}

async function insertScheduled(
  tx: Tx,
  ownerId: string,
  { scheduledAt, officeConcurrency }: { readonly scheduledAt: string; readonly officeConcurrency: number },
): Promise<NewRun> {
  const run = await insertDeadlineRun(tx, {
    body: { dry_run: false },
    owner: { userId: ownerId },
    officeConcurrency,
    tags: [SCHEDULE_TAG],
  });
  await recordAudit(tx, {
    actor,
    action: 'created',
    resourceType: 'job',
    resourceId: run.id,
    after: { kind: run.kind, title: run.title, scheduledAt, ownerId },
  });
  return run;
}

/** Messages whose hold has ended go out, whenever the next ordinary run is. Gives how many runs that took. */
export async function releaseHolds({
  pool,
  control,
  notifications,
}: NotificationScheduleDeps): Promise<number> {
  const runs = await withTransaction(pool, async (tx) => {
    const made: NewRun[] = [];
    for (const { ownerId, officeIds } of await listDueHolds(tx)) {
      const run = await insertRelease(tx, { ownerId, officeIds, ...notifications });
      const after = { kind: run.kind, title: run.title, offices: officeIds.length, ownerId };
      await recordAudit(tx, { actor, action: 'created', resourceType: 'job', resourceId: run.id, after });
      made.push(run);
    }
    return made;
  });
  for (const run of runs) await launch(control, run);
  return runs.length;
}

async function launch(control: RunControl, run: NewRun): Promise<void> {
  await control
    .launch(run)
    .catch((error: unknown) => log.warn('a run is left to the sweeper', { runId: run.id, error }));
}

/** Brings Temporal in line with what was changed while it was away. Gives how many schedules that were. */
export async function syncSchedule({
  pool,
  schedules,
}: {
  readonly pool: Pool;
  readonly schedules: ScheduleControl;
}): Promise<number> {
  try {
    return (await syncNotificationSchedule(pool, schedules)) ? 1 : 0;
  } catch (error) {
    log.warn('the schedule of notifications waits for Temporal', { error });
    return 0;
  }
}
