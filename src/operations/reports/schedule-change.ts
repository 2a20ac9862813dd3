import type { Pool } from 'pg';
import { reportScheduleWorkflowId } from '../../contracts/names.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { ReportScheduleRow } from '../../db/reports/schedules.js';
import { syncReportSchedule } from '../../db/reports/sync-schedules.js';
import type { Tx } from '../../db/base/transaction.js';
import type { ScheduleControl } from '../../platform/temporal/schedule-control.js';
import type { RunStarter } from '../runs/run-starter.js';

export interface ReportScheduleDeps {
  readonly pool: Pool;
  readonly starter: RunStarter;
  readonly schedules: ScheduleControl;
}

export interface ScheduleChange {
  readonly principal: Principal;
  readonly origin: Origin;
  readonly reason: string | undefined;
  readonly action: string;
  /** Absent: it is new, or it is no more. */
  readonly before?: ReportScheduleRow;
  readonly after?: ReportScheduleRow;
}

/** Every change of a schedule has an audit entry, and reaches Temporal after the commit. */
export async function finishChange(deps: ReportScheduleDeps, tx: Tx, change: ScheduleChange): Promise<void> {
  const { principal, origin, reason, action, before, after } = change;
  const id = after?.id ?? before?.id ?? '';
  await recordAudit(tx, {
    actor: principal,
    origin,
    action,
    resourceType: 'setting',
    resourceId: id,
    ...(reason === undefined ? {} : { reason }),
    ...(before === undefined ? {} : { before: auditState(before) }),
    ...(after === undefined ? {} : { after: auditState(after) }),
  });
  const { pool, starter, schedules } = deps;
  starter.doAfterCommit(tx, {
    what: 'a schedule',
    workflowId: reportScheduleWorkflowId(id),
    work: () => syncReportSchedule(pool, schedules, { id }),
  });
}

function auditState({ name, cron, timeZone, report, enabled, ownerId }: ReportScheduleRow) {
  return { reportSchedule: name, cron, timeZone, report, enabled, ownerId };
}
