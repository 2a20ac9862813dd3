import { Problem } from '../http/problems.js';
import { generateReportBody } from '../../contracts/reports/report.js';
import { scheduleTag, skipReasons } from '../../contracts/reports/schedule.js';
import { recordAudit } from '../../db/audit/log.js';
import { insertReport } from '../../operations/reports/request-report.js';
import { insertFiring, listFirings } from '../../db/reports/schedule-firings.js';
import {
  findReportSchedule,
  lockReportSchedule,
  updateReportSchedule,
  type ReportScheduleRow,
} from '../../db/reports/schedules.js';
import type { NewRun } from '../../db/runs/runs.js';
import type { Tx } from '../../db/base/transaction.js';
import { findUser } from '../../db/users/users.js';
import { acceptedJob } from '../runs/accepted-job.js';
import { finishChange } from './change-schedule.js';
import { pageReply } from '../http/pagination.js';
import { firingView, scheduleReply } from './schedule-view.js';
import { implement, type Route } from '../http/route.js';
import { reportRoutes } from '../../contracts/reports/routes.js';
import type { ReportScheduleRouteDeps } from './schedules.js';

export function createReportScheduleCommandRoutes(deps: ReportScheduleRouteDeps): Route[] {
  return [
    switchRoute(deps, reportRoutes.pauseReportSchedule, { done: 'paused', enabled: false }),
    switchRoute(deps, reportRoutes.resumeReportSchedule, { done: 'resumed', enabled: true }),
    triggerRoute(deps),
    runsRoute(deps),
  ];
}

type SwitchRecord = typeof reportRoutes.pauseReportSchedule | typeof reportRoutes.resumeReportSchedule;

function switchRoute(
  deps: ReportScheduleRouteDeps,
  record: SwitchRecord,
  { done, enabled }: { readonly done: string; readonly enabled: boolean },
): Route {
  return implement(record, async ({ params: { id }, body: { reason }, principal, origin }, tx) => {
    const before = await lockReportSchedule(tx, principal, id);
    if (before.enabled === enabled) return scheduleReply(200, before, deps.ui);
    const after = await updateReportSchedule(tx, id, { enabled });
    await finishChange(deps, tx, { principal, origin, reason, action: done, before, after });
    return scheduleReply(200, after, deps.ui);
  });
}

function triggerRoute({ starter }: ReportScheduleRouteDeps): Route {
  return implement(
    reportRoutes.triggerReportSchedule,
    async ({ params: { id }, body: { reason }, principal, origin }, tx) => {
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
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
  );
}

async function insertTriggered(tx: Tx, { id, ownerId, report }: ReportScheduleRow): Promise<NewRun> {
  const owner = await findUser(tx, ownerId);
  if (owner?.isActive !== true) throw new Problem('conflict', { detail: skipReasons.owner_inactive });
  const body = generateReportBody.safeParse(report);
  if (!body.success) throw new Problem('conflict', { detail: skipReasons.report_invalid });
  const run = await insertReport(tx, {
    body: body.data,
    owner: { userId: owner.id, role: owner.role },
    tags: [scheduleTag(id)],
  });
  const scheduledAt = new Date().toISOString();
  await insertFiring(tx, { scheduleId: id, scheduledAt, cause: 'person', result: { runId: run.id } });
  return run;
}

function runsRoute({ pager }: ReportScheduleRouteDeps): Route {
  return implement(
    reportRoutes.listReportScheduleRuns,
    async ({ path, params: { id }, query, principal }, db) => {
      if ((await findReportSchedule(db, principal, id)) === undefined) throw new Problem('not_found');
      const scope = { list: 'report-schedule-runs', filters: { id } };
      const request = pager.request(scope, query);
      const rows = await listFirings(db, id, request);
      const page = pager.page(scope, request, rows, (row) => ({ at: row.createdAt, id: row.id }));
      return pageReply(path, query, { ...page, items: page.items.map(firingView) });
    },
  );
}
