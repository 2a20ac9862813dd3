import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import { pageQuery } from '../../contracts/page.js';
import { Problem } from '../../contracts/problems.js';
import { generateReportBody, reportAcceptedSchema } from '../../contracts/reports/report.js';
import {
  firingPageSchema,
  reportScheduleCommandSchema,
  reportScheduleSchema,
  scheduleTag,
  skipReasons,
} from '../../contracts/reports/schedule.js';
import { recordAudit } from '../../db/audit/log.js';
import { insertReport } from '../../db/reports/insert.js';
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
import { firingView, SCHEDULES_PATH, scheduleReply } from './schedule-view.js';
import { acceptedHeaders, readRoute, writeRoute, type AnyRoute } from '../http/route.js';
import type { ReportScheduleRouteDeps } from './schedules.js';

const TAG = 'Report schedules';
const params = z.object({ id: idSchema('schedule') });

export function createReportScheduleCommandRoutes(deps: ReportScheduleRouteDeps): AnyRoute[] {
  return [
    switchRoute(deps, {
      verb: 'pause',
      done: 'paused',
      enabled: false,
      summary: 'Make no reports for now',
    }),
    switchRoute(deps, {
      verb: 'resume',
      done: 'resumed',
      enabled: true,
      summary: 'Go on with the next time that is due; what was due meanwhile is not made up for',
    }),
    triggerRoute(deps),
    runsRoute(deps),
  ];
}

interface Switch {
  readonly verb: 'pause' | 'resume';
  readonly done: string;
  readonly enabled: boolean;
  readonly summary: string;
}

function switchRoute(deps: ReportScheduleRouteDeps, { verb, done, enabled, summary }: Switch): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${SCHEDULES_PATH}/:id/${verb}`,
    operationId: `${verb}ReportSchedule`,
    summary,
    tag: TAG,
    access: 'user',
    params,
    body: reportScheduleCommandSchema,
    bodyOptional: true,
    responses: { 200: { description: 'The schedule as it is now', body: reportScheduleSchema } },
    async handle({ params: { id }, body: { reason }, principal, origin }, tx) {
      const before = await lockReportSchedule(tx, principal, id);
      if (before.enabled === enabled) return scheduleReply(200, before, deps.ui);
      const after = await updateReportSchedule(tx, id, { enabled });
      await finishChange(deps, tx, { principal, origin, reason, action: done, before, after });
      return scheduleReply(200, after, deps.ui);
    },
  });
}

function triggerRoute({ starter }: ReportScheduleRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${SCHEDULES_PATH}/:id/trigger`,
    operationId: 'triggerReportSchedule',
    summary: 'Make the report now, as if it were due: with the rights of its owner, paused or not',
    tag: TAG,
    access: 'user',
    params,
    body: reportScheduleCommandSchema,
    bodyOptional: true,
    responses: {
      202: {
        description: 'Accepted: it will run, whatever is down right now',
        body: reportAcceptedSchema,
        headers: acceptedHeaders('The job.'),
      },
    },
    problems: ['conflict'],
    async handle({ params: { id }, body: { reason }, principal, origin }, tx) {
      const schedule = await lockReportSchedule(tx, principal, id);
      const run = await insertTriggered(tx, schedule);
      await recordAudit(tx, {
        ...{ actor: principal, origin, resourceType: 'setting', resourceId: id },
        ...(reason === undefined ? {} : { reason }),
        action: 'triggered',
        after: { jobId: run.id, ownerId: run.ownerId },
      });
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
  });
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

function runsRoute({ pager }: ReportScheduleRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${SCHEDULES_PATH}/:id/runs`,
    operationId: 'listReportScheduleRuns',
    summary: 'What came of each time, newest first: the job, or why there is none',
    tag: TAG,
    access: 'user',
    params,
    query: z.strictObject(pageQuery),
    responses: { 200: { description: 'One page', body: firingPageSchema } },
    problems: ['invalid_cursor'],
    async handle({ params: { id }, query, principal }, db) {
      if ((await findReportSchedule(db, principal, id)) === undefined) throw new Problem('not_found');
      const scope = { list: 'report-schedule-runs', filters: { id } };
      const request = pager.request(scope, query);
      const rows = await listFirings(db, id, request);
      const page = pager.page(scope, request, rows, (row) => ({ at: row.createdAt, id: row.id }));
      return pageReply(`${SCHEDULES_PATH}/${id}/runs`, query, { ...page, items: page.items.map(firingView) });
    },
  });
}
