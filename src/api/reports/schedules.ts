import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import { Problem } from '../../contracts/problems.js';
import type { GenerateReport } from '../../contracts/reports/report.js';
import {
  newReportScheduleSchema,
  reportScheduleChangeSchema,
  reportScheduleCommandSchema,
  reportScheduleListQuery,
  reportSchedulePageSchema,
  reportScheduleSchema,
} from '../../contracts/reports/schedule.js';
import { checkReport } from '../../db/reports/insert.js';
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
import { SCHEDULES_PATH, scheduleReply, scheduleView } from './schedule-view.js';
import { readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';
import type { TemporalUi } from '../http/temporal-link.js';

export interface ReportScheduleRouteDeps extends ReportScheduleDeps {
  readonly pager: Pager;
  readonly ui: TemporalUi;
}

const TAG = 'Report schedules';
const params = z.object({ id: idSchema('schedule') });
const etagHeader = { ETag: 'The version, for If-Match.' };

/** The rows are what is wanted: no answer waits for Temporal, which is told after the commit. */
export function createReportScheduleRoutes(deps: ReportScheduleRouteDeps): AnyRoute[] {
  return [listRoute(deps), createRoute(deps), getRoute(deps), changeRoute(deps), deleteRoute(deps)];
}

function listRoute({ pager, ui }: ReportScheduleRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: SCHEDULES_PATH,
    operationId: 'listReportSchedules',
    summary: 'Your report schedules, newest first; those of everybody for an ADMIN',
    tag: TAG,
    access: 'user',
    query: reportScheduleListQuery,
    responses: { 200: { description: 'One page', body: reportSchedulePageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query, principal }, db) {
      const viewer = principal.role === 'ADMIN' ? 'everybody' : principal.userId;
      const scope = { list: 'report-schedules', filters: { viewer } };
      const request = pager.request(scope, query);
      const rows = await listReportSchedules(db, principal, request);
      const page = pager.page(scope, request, rows, (row) => ({ at: row.createdAt, id: row.id }));
      const items = page.items.map((row) => scheduleView(row, ui));
      return pageReply(SCHEDULES_PATH, query, { ...page, items });
    },
  });
}

function createRoute(deps: ReportScheduleRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: SCHEDULES_PATH,
    operationId: 'createReportSchedule',
    summary: 'Make a report again and again, by cron and time zone, with your rights at each time',
    tag: TAG,
    access: 'user',
    body: newReportScheduleSchema,
    responses: {
      201: {
        description: 'The schedule',
        body: reportScheduleSchema,
        headers: { ...etagHeader, Location: 'Its address.' },
      },
    },
    problems: ['conflict'],
    async handle({ body, principal, origin }, tx) {
      await checkReport(tx, { body: body.report, owner: principal });
      const after = await insertReportSchedule(tx, principal.userId, body);
      await finishChange(deps, tx, { principal, origin, reason: undefined, action: 'created', after });
      return scheduleReply(201, after, deps.ui);
    },
  });
}

function getRoute({ ui }: ReportScheduleRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${SCHEDULES_PATH}/:id`,
    operationId: 'getReportSchedule',
    summary: 'A report schedule with its next times',
    tag: TAG,
    access: 'user',
    params,
    responses: { 200: { description: 'The schedule', body: reportScheduleSchema, headers: etagHeader } },
    async handle({ params: { id }, principal }, db) {
      const row = await findReportSchedule(db, principal, id);
      if (row === undefined) throw new Problem('not_found');
      return scheduleReply(200, row, ui);
    },
  });
}

function changeRoute(deps: ReportScheduleRouteDeps): AnyRoute {
  return writeRoute({
    method: 'PATCH',
    path: `${SCHEDULES_PATH}/:id`,
    operationId: 'changeReportSchedule',
    summary: 'Change a report schedule; with If-Match only the version that was read',
    tag: TAG,
    access: 'user',
    params,
    body: reportScheduleChangeSchema,
    responses: {
      200: { description: 'The schedule as it is now', body: reportScheduleSchema, headers: etagHeader },
    },
    problems: ['precondition_failed'],
    async handle({ params: { id }, body, principal, origin, ifMatch }, tx) {
      const before = await lockReportSchedule(tx, principal, id);
      requireVersion(ifMatch, before.version);
      const { reason, ...change } = body;
      await checkForOwner(tx, before.ownerId, change.report);
      const after = await updateReportSchedule(tx, id, change);
      await finishChange(deps, tx, { principal, origin, reason, action: 'changed', before, after });
      return scheduleReply(200, after, deps.ui);
    },
  });
}

/** An administrator who changes somebody's schedule gives them no report that they may not see. */
async function checkForOwner(tx: Tx, ownerId: string, report: GenerateReport | undefined): Promise<void> {
  const owner = await findUser(tx, ownerId);
  if (owner === undefined || report === undefined) return;
  await checkReport(tx, { body: report, owner: { userId: ownerId, role: owner.role } });
}

function deleteRoute(deps: ReportScheduleRouteDeps): AnyRoute {
  return writeRoute({
    method: 'DELETE',
    path: `${SCHEDULES_PATH}/:id`,
    operationId: 'deleteReportSchedule',
    summary: 'Delete a report schedule; the jobs that it made stay',
    tag: TAG,
    access: 'user',
    params,
    body: reportScheduleCommandSchema,
    bodyOptional: true,
    responses: { 204: { description: 'Deleted' } },
    problems: ['precondition_failed'],
    async handle({ params: { id }, body: { reason }, principal, origin, ifMatch }, tx) {
      const before = await lockReportSchedule(tx, principal, id);
      requireVersion(ifMatch, before.version);
      await deleteReportSchedule(tx, id);
      await finishChange(deps, tx, { principal, origin, reason, action: 'deleted', before });
      return reply(204);
    },
  });
}
