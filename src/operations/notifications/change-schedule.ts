import type { Pool } from 'pg';
import { notificationScheduleId } from '../../contracts/names.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import {
  lockSchedule,
  SCHEDULE_TAG,
  syncNotificationSchedule,
  updateSchedule,
  type ScheduleRow,
} from '../../db/notifications/schedule.js';
import type { NewRun } from '../../db/runs/runs.js';
import type { ScheduleControl } from '../../platform/temporal/schedule-control.js';
import type { RunStarter } from '../runs/run-starter.js';
import type { AskedChange } from './asked-change.js';
import { insertDeadlineRun } from './start-run.js';

export interface ScheduleChangeDeps {
  readonly pool: Pool;
  readonly starter: RunStarter;
  readonly schedules: ScheduleControl;
}

/** The row is the wanted state; Temporal follows after the commit. */
export async function changeSchedule(
  { pool, starter, schedules }: ScheduleChangeDeps,
  tx: Tx,
  {
    wanted,
    ...asked
  }: AskedChange & { readonly wanted: Omit<Parameters<typeof updateSchedule>[1], 'ownerId'> },
): Promise<ScheduleRow> {
  const { principal, origin, reason, checkVersion } = asked;
  const before = await lockSchedule(tx);
  checkVersion(before.version);
  const after = await updateSchedule(tx, { ...wanted, ownerId: principal.userId });
  await recordAudit(tx, {
    actor: principal,
    origin,
    action: 'updated',
    resourceType: 'setting',
    resourceId: 'notification-schedule',
    reason,
    before: auditState(before),
    after: auditState(after),
  });
  starter.doAfterCommit(tx, {
    what: 'the schedule of notifications',
    workflowId: notificationScheduleId,
    work: () => syncNotificationSchedule(pool, schedules),
  });
  return after;
}

function auditState({ cron, time_zone, enabled }: ScheduleRow): Record<string, unknown> {
  return { cron, time_zone, enabled };
}

export interface TriggerDeps {
  readonly starter: RunStarter;
  readonly officeConcurrency: number;
}

/** The scheduled run, now. */
export async function triggerSchedule(
  { starter, officeConcurrency }: TriggerDeps,
  tx: Tx,
  { principal, origin }: { readonly principal: Principal; readonly origin: Origin },
): Promise<NewRun> {
  const run = await insertDeadlineRun(tx, {
    body: { dry_run: false },
    owner: principal,
    officeConcurrency,
    tags: [SCHEDULE_TAG],
  });
  await recordAudit(tx, {
    actor: principal,
    origin,
    action: 'triggered',
    resourceType: 'setting',
    resourceId: 'notification-schedule',
    after: { jobId: run.id },
  });
  starter.startAfterCommit(tx, run);
  return run;
}
