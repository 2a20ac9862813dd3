import { Problem } from '../http/problems.js';
import { findReportSchedule, listReportSchedules } from '../../db/reports/schedules.js';
import type { ReportScheduleDeps } from '../../operations/reports/schedule-change.js';
import { changeSchedule, createSchedule, removeSchedule } from '../../operations/reports/schedules.js';
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

/** The rows are the wanted state: no answer waits for Temporal, which follows after the commit. */
export function createReportScheduleRoutes(deps: ReportScheduleRouteDeps): Route[] {
  return [listRoute(deps), createRoute(deps), getRoute(deps), changeRoute(deps), deleteRoute(deps)];
}

function listRoute({ pager, ui }: ReportScheduleRouteDeps): Route {
  return implement(reportRoutes.listReportSchedules, async ({ path, query, principal }, db) => {
    const viewer = principal.role === 'ADMIN' ? 'everybody' : principal.userId;
    const scope = { list: 'report-schedules', filters: { viewer } };
    const request = pager.request(scope, query);
    const rows = await listReportSchedules(db, principal, request);
    const page = pager.page(scope, request, { rows, keyOf: (row) => ({ at: row.createdAt, id: row.id }) });
    const items = page.items.map((row) => scheduleView(row, ui));
    return pageReply(path, query, { ...page, items });
  });
}

function createRoute(deps: ReportScheduleRouteDeps): Route {
  return implement(reportRoutes.createReportSchedule, async (call, tx) =>
    scheduleReply(201, await createSchedule(deps, tx, call), deps.ui),
  );
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
      const { reason, ...change } = body;
      const checkVersion = (version: number): void => requireVersion(ifMatch, version);
      const order = { id, change, reason, principal, origin, checkVersion };
      return scheduleReply(200, await changeSchedule(deps, tx, order), deps.ui);
    },
  );
}

function deleteRoute(deps: ReportScheduleRouteDeps): Route {
  return implement(
    reportRoutes.deleteReportSchedule,
    async ({ params: { id }, body: { reason }, principal, origin, ifMatch }, tx) => {
      const checkVersion = (version: number): void => requireVersion(ifMatch, version);
      await removeSchedule(deps, tx, { id, reason, principal, origin, checkVersion });
      return reply(204);
    },
  );
}
