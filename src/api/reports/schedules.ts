import { Problem } from '../http/problems.js';
import type { GenerateReport } from '../../contracts/reports/report.js';
import { checkReport } from '../../operations/reports/request-report.js';
import {
  deleteReportSchedule,
  findReportSchedule,
  insertReportSchedule,
  listReportSchedules,
  lockReportSchedule,
  updateReportSchedule,
} from '../../db/reports/schedules.js';
import type { Tx } from '../../db/base/transaction.js';
import { findUser } from '../../db/users/users.js';
import { finishChange, type ReportScheduleDeps } from './change-schedule.js';
import { requireVersion } from '../http/if-match.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { scheduleReply, scheduleView } from './schedule-view.js';
import { implement, reply, type Route } from '../http/route.js';
import { reportRoutes } from '../../contracts/reports/routes.js';
import type { TemporalUi } from '../http/temporal-link.js';

export interface ReportScheduleRouteDeps extends ReportScheduleDeps {
  readonly pager: Pager;
  readonly ui: TemporalUi;
}

/** The rows are what is wanted: no answer waits for Temporal, which is told after the commit. */
export function createReportScheduleRoutes(deps: ReportScheduleRouteDeps): Route[] {
  return [listRoute(deps), createRoute(deps), getRoute(deps), changeRoute(deps), deleteRoute(deps)];
}

function listRoute({ pager, ui }: ReportScheduleRouteDeps): Route {
  return implement(reportRoutes.listReportSchedules, async ({ path, query, principal }, db) => {
    const viewer = principal.role === 'ADMIN' ? 'everybody' : principal.userId;
    const scope = { list: 'report-schedules', filters: { viewer } };
    const request = pager.request(scope, query);
    const rows = await listReportSchedules(db, principal, request);
    const page = pager.page(scope, request, rows, (row) => ({ at: row.createdAt, id: row.id }));
    const items = page.items.map((row) => scheduleView(row, ui));
    return pageReply(path, query, { ...page, items });
  });
}

function createRoute(deps: ReportScheduleRouteDeps): Route {
  return implement(reportRoutes.createReportSchedule, async ({ body, principal, origin }, tx) => {
    await checkReport(tx, { body: body.report, owner: principal });
    const after = await insertReportSchedule(tx, principal.userId, body);
    await finishChange(deps, tx, { principal, origin, reason: undefined, action: 'created', after });
    return scheduleReply(201, after, deps.ui);
  });
}

function getRoute({ ui }: ReportScheduleRouteDeps): Route {
  return implement(reportRoutes.getReportSchedule, async ({ params: { id }, principal }, db) => {
    const row = await findReportSchedule(db, principal, id);
    if (row === undefined) throw new Problem('not_found');
    return scheduleReply(200, row, ui);
  });
}

function changeRoute(deps: ReportScheduleRouteDeps): Route {
  return implement(
    reportRoutes.changeReportSchedule,
    async ({ params: { id }, body, principal, origin, ifMatch }, tx) => {
      const before = await lockReportSchedule(tx, principal, id);
      requireVersion(ifMatch, before.version);
      const { reason, ...change } = body;
      await checkForOwner(tx, before.ownerId, change.report);
      const after = await updateReportSchedule(tx, id, change);
      await finishChange(deps, tx, { principal, origin, reason, action: 'changed', before, after });
      return scheduleReply(200, after, deps.ui);
    },
  );
}

/** An administrator who changes somebody's schedule gives them no report that they may not see. */
async function checkForOwner(tx: Tx, ownerId: string, report: GenerateReport | undefined): Promise<void> {
  const owner = await findUser(tx, ownerId);
  if (owner === undefined || report === undefined) return;
  await checkReport(tx, { body: report, owner: { userId: ownerId, role: owner.role } });
}

function deleteRoute(deps: ReportScheduleRouteDeps): Route {
  return implement(
    reportRoutes.deleteReportSchedule,
    async ({ params: { id }, body: { reason }, principal, origin, ifMatch }, tx) => {
      const before = await lockReportSchedule(tx, principal, id);
      requireVersion(ifMatch, before.version);
      await deleteReportSchedule(tx, id);
      await finishChange(deps, tx, { principal, origin, reason, action: 'deleted', before });
      return reply(204);
    },
  );
}
