import { activityInfo, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import { Refusal } from '../../contracts/refusal.js';
import { generateReportBody } from '../../contracts/reports/report.js';
import { scheduleTag, skipReasons } from '../../contracts/reports/schedule.js';
import type {
  FireReportScheduleInput,
  FiringOutcome,
  ReportScheduleActivities,
} from '../../contracts/reports/schedule-workflow.js';
import { recordAudit } from '../../db/audit/log.js';
import { insertReport } from '../../operations/reports/request-report.js';
import {
  findFiring,
  hasOpenRun,
  insertFiring,
  lockDueSchedule,
  type DueSchedule,
  type SkippedFiring,
} from '../../db/reports/schedule-firings.js';
import type { NewRun } from '../../db/runs/runs.js';
import { listUnsyncedSchedules, syncReportSchedule } from '../../db/reports/sync-schedules.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import type { RunControl } from '../../platform/temporal/run-control.js';
import type { ScheduleControl } from '../../platform/temporal/schedule-control.js';

export interface ReportScheduleDeps {
  readonly pool: Pool;
  readonly control: RunControl;
  readonly schedules: ScheduleControl;
}

export function createReportScheduleActivities(deps: ReportScheduleDeps): ReportScheduleActivities {
  return { fireReportSchedule: (input) => fire(deps, input) };
}

/**
 * F1. The row comes first: when this process dies here, the sweeper starts the job.
 * F2. A moment of a schedule is one firing: a second time finds the outcome of the first.
 * F3. The report has the rights that its owner has now, not those of the schedule's creation.
 * F4. A schedule whose last report has not ended makes no other: what falls behind does not pile up.
 */
async function fire(
  { pool, control }: ReportScheduleDeps,
  input: FireReportScheduleInput,
): Promise<FiringOutcome> {
  const { outcome, run } = await withTransaction(pool, (tx) => decide(tx, input));
  if (run !== undefined) {
    await control
      .launch(run)
      .catch((error: unknown) => log.warn('a report is left to the sweeper', { runId: run.id, error }));
  }
  return outcome;
}

interface Decision {
  readonly outcome: FiringOutcome;
  readonly run?: NewRun;
}

async function decide(tx: Tx, { scheduleId, scheduledAt }: FireReportScheduleInput): Promise<Decision> {
  const schedule = await lockDueSchedule(tx, scheduleId);
  if (schedule === undefined) return { outcome: { outcome: 'gone' } };
  const earlier = await findFiring(tx, scheduleId, scheduledAt);
  if (earlier !== undefined) return { outcome: outcomeOf(earlier.runId, earlier.skipped) };
  const made = await makeReport(tx, scheduleId, schedule);
  const firing = { scheduleId, scheduledAt, cause: 'schedule' } as const;
  if ('code' in made) {
    await insertFiring(tx, { ...firing, result: { skipped: made } });
    return { outcome: outcomeOf(null, made) };
  }
  await insertFiring(tx, { ...firing, result: { runId: made.id } });
  await recordAudit(tx, {
    actor: { system: 'report schedule' },
    action: 'created',
    resourceType: 'job',
    resourceId: made.id,
    after: { kind: made.kind, title: made.title, scheduleId, scheduledAt, ownerId: made.ownerId },
  });
  return { outcome: outcomeOf(made.id, null), run: made };
}

async function makeReport(
  tx: Tx,
  scheduleId: string,
  { enabled, ownerId, ownerRole, ownerIsActive, report }: DueSchedule,
): Promise<NewRun | SkippedFiring> {
  if (!enabled) return skipped('paused');
  if (!ownerIsActive) return skipped('owner_inactive');
  if (await hasOpenRun(tx, scheduleId)) return skipped('previous_open');
  const body = generateReportBody.safeParse(report);
  if (!body.success) return skipped('report_invalid');
  try {
    const owner = { userId: ownerId, role: ownerRole };
    return await insertReport(tx, { body: body.data, owner, tags: [scheduleTag(scheduleId)] });
  } catch (error) {
    // A refusal that the owner's own request would get as well.
    if (error instanceof Refusal) return { code: error.code, message: error.message };
    throw error;
  }
}

function skipped(code: keyof typeof skipReasons): SkippedFiring {
  return { code, message: skipReasons[code] };
}

function outcomeOf(runId: string | null, skip: SkippedFiring | null): FiringOutcome {
  return runId === null
    ? { outcome: 'skipped', reason: skip?.message ?? '' }
    : { outcome: 'started', jobId: runId };
}

/** Brings Temporal in line with what was changed while it was away. Gives how many went well. */
export async function syncReportSchedules({ pool, schedules }: ReportScheduleDeps): Promise<number> {
  let synced = 0;
  for (const { id } of await listUnsyncedSchedules(pool)) {
    try {
      await syncReportSchedule(pool, schedules, { id, again: true });
      synced += 1;
    } catch (error) {
      log.warn('a report schedule waits for Temporal', { id, error, activity: activityInfo().activityType });
    }
  }
  return synced;
}
