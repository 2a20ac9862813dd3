import { Refusal } from '../../contracts/refusal.js';
import { generateReportBody, type GenerateReport } from '../../contracts/reports/report.js';
import {
  scheduleTag,
  skipReasons,
  type NewReportSchedule,
  type ReportScheduleChange,
} from '../../contracts/reports/schedule.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { insertFiring } from '../../db/reports/schedule-firings.js';
import {
  deleteReportSchedule,
  insertReportSchedule,
  lockReportSchedule,
  updateReportSchedule,
  type ReportScheduleRow,
} from '../../db/reports/schedules.js';
import type { NewRun } from '../../db/runs/runs.js';
import { findUser } from '../../db/users/users.js';
import { checkReport, insertReport } from './request-report.js';
import { finishChange, type ReportScheduleDeps } from './schedule-change.js';

interface ScheduleOrder {
  readonly id: string;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly reason: string | undefined;
}

interface VersionedOrder extends ScheduleOrder {
  /** Throws when the caller has read another version. */
  readonly checkVersion: (version: number) => void;
}

export async function createSchedule(
  deps: ReportScheduleDeps,
  tx: Tx,
  {
    body,
    principal,
    origin,
  }: { readonly body: NewReportSchedule } & Pick<ScheduleOrder, 'principal' | 'origin'>,
): Promise<ReportScheduleRow> {
  await checkReport(tx, { body: body.report, owner: principal });
  const after = await insertReportSchedule(tx, principal.userId, body);
  await finishChange(deps, tx, { principal, origin, reason: undefined, action: 'created', after });
  return after;
}

export async function changeSchedule(
  deps: ReportScheduleDeps,
  tx: Tx,
  order: VersionedOrder & { readonly change: ReportScheduleChange },
): Promise<ReportScheduleRow> {
  const { id, change } = order;
  const before = await lockReportSchedule(tx, order.principal, id);
  order.checkVersion(before.version);
  await checkForOwner(tx, before.ownerId, change.report);
  const after = await updateReportSchedule(tx, id, change);
  await finishChange(deps, tx, { ...order, action: 'changed', before, after });
  return after;
}

/** An administrator who changes somebody's schedule gives them no report that they may not see. */
async function checkForOwner(tx: Tx, ownerId: string, report: GenerateReport | undefined): Promise<void> {
  const owner = await findUser(tx, ownerId);
  if (owner === undefined || report === undefined) return;
  await checkReport(tx, { body: report, owner: { userId: ownerId, role: owner.role } });
}

/** Gives the schedule as it is when it is so already. */
export async function switchSchedule(
  deps: ReportScheduleDeps,
  tx: Tx,
  order: ScheduleOrder & { readonly enabled: boolean },
): Promise<ReportScheduleRow> {
  const { id, enabled } = order;
  const before = await lockReportSchedule(tx, order.principal, id);
  if (before.enabled === enabled) return before;
  const after = await updateReportSchedule(tx, id, { enabled });
  await finishChange(deps, tx, { ...order, action: enabled ? 'resumed' : 'paused', before, after });
  return after;
}

export async function removeSchedule(deps: ReportScheduleDeps, tx: Tx, order: VersionedOrder): Promise<void> {
  const before = await lockReportSchedule(tx, order.principal, order.id);
  order.checkVersion(before.version);
  await deleteReportSchedule(tx, order.id);
  await finishChange(deps, tx, { ...order, action: 'deleted', before });
}

/** A report of the schedule now, for its owner. The caller starts the report after the commit. */
export async function triggerSchedule(
  tx: Tx,
  { id, principal, origin, reason }: ScheduleOrder,
): Promise<NewRun> {
  const schedule = await lockReportSchedule(tx, principal, id);
  const run = await insertTriggered(tx, schedule);
  await recordAudit(tx, {
    actor: principal,
    origin,
    resourceType: 'setting',
    resourceId: id,
    ...(reason === undefined ? {} : { reason }),
    action: 'triggered',
    after: { jobId: run.id, ownerId: run.ownerId },
  });
  return run;
}

async function insertTriggered(tx: Tx, { id, ownerId, report }: ReportScheduleRow): Promise<NewRun> {
  const owner = await findUser(tx, ownerId);
  if (owner?.isActive !== true) throw new Refusal('conflict', { detail: skipReasons.owner_inactive });
  const body = generateReportBody.safeParse(report);
  if (!body.success) throw new Refusal('conflict', { detail: skipReasons.report_invalid });
  const run = await insertReport(tx, {
    body: body.data,
    owner: { userId: owner.id, role: owner.role },
    tags: [scheduleTag(id)],
  });
  const scheduledAt = new Date().toISOString();
  await insertFiring(tx, { scheduleId: id, scheduledAt, cause: 'person', result: { runId: run.id } });
  return run;
}
