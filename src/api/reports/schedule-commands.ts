import { reportRoutes } from '../../contracts/reports/routes.js';
import { listFirings } from '../../db/reports/schedule-firings.js';
import { findReportSchedule } from '../../db/reports/schedules.js';
import { switchSchedule, triggerSchedule } from '../../operations/reports/schedules.js';
import { pageReply } from '../http/pagination.js';
import { Problem } from '../http/problems.js';
import { implement, type Route } from '../http/route.js';
import { acceptedJob } from '../runs/accepted-job.js';
import { firingView, scheduleReply } from './schedule-view.js';
import type { ReportScheduleRouteDeps } from './schedules.js';

export function createReportScheduleCommandRoutes(deps: ReportScheduleRouteDeps): Route[] {
  return [
    switchRoute(deps, reportRoutes.pauseReportSchedule, false),
    switchRoute(deps, reportRoutes.resumeReportSchedule, true),
    triggerRoute(deps),
    runsRoute(deps),
  ];
}

type SwitchRecord = typeof reportRoutes.pauseReportSchedule | typeof reportRoutes.resumeReportSchedule;

function switchRoute(deps: ReportScheduleRouteDeps, record: SwitchRecord, enabled: boolean): Route {
  return implement(record, async ({ params: { id }, body: { reason }, principal, origin }, tx) => {
    const order = { id, enabled, reason, principal, origin };
    return scheduleReply(200, await switchSchedule(deps, tx, order), deps.ui);
  });
}

function triggerRoute({ starter }: ReportScheduleRouteDeps): Route {
  return implement(
    reportRoutes.triggerReportSchedule,
    async ({ params: { id }, body: { reason }, principal, origin }, tx) => {
      const run = await triggerSchedule(tx, { id, reason, principal, origin });
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
  );
}

function runsRoute({ pager }: ReportScheduleRouteDeps): Route {
  return implement(
    reportRoutes.listReportScheduleRuns,
    async ({ path, params: { id }, query, principal }, db) => {
      if ((await findReportSchedule(db, principal, id)) === undefined) throw new Problem('not_found');
      const scope = { list: 'report-schedule-runs', filters: { id } };
      const request = pager.request(scope, query);
      const rows = await listFirings(db, id, request);
      const page = pager.page(scope, request, { rows, keyOf: (row) => ({ at: row.createdAt, id: row.id }) });
      return pageReply(path, query, { ...page, items: page.items.map(firingView) });
    },
  );
}
