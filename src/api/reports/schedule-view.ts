import { reportScheduleWorkflowId } from '../../contracts/names.js';
import { nextRunsOf, type Firing, type ReportSchedule } from '../../contracts/reports/schedule.js';
import type { FiringRow } from '../../db/reports/schedule-firings.js';
import type { ReportScheduleRow } from '../../db/reports/schedules.js';
import { jobStateOf } from '../../domain/runs/status.js';
import { etagOf } from '../http/if-match.js';
import { reply, type Reply } from '../http/route.js';
import { temporalScheduleLink, type TemporalUi } from '../http/temporal-link.js';

export const SCHEDULES_PATH = '/api/v1/report-schedules';

export function scheduleView(row: ReportScheduleRow, ui: TemporalUi): ReportSchedule {
  const { id, ownerId, name, cron, timeZone, report, enabled, version, createdAt, updatedAt } = row;
  const self = `${SCHEDULES_PATH}/${id}`;
  return {
    id,
    ownerId,
    name,
    cron,
    timeZone,
    report,
    enabled,
    version,
    createdAt,
    updatedAt,
    nextRuns: nextRunsOf(row, Date.now()),
    sync: row.syncedVersion === version ? 'applied' : 'pending',
    links: {
      self,
      runs: `${self}/runs`,
      temporal: temporalScheduleLink(ui, reportScheduleWorkflowId(id)),
    },
  };
}

export function scheduleReply(status: number, row: ReportScheduleRow, ui: TemporalUi): Reply {
  const view = scheduleView(row, ui);
  const next = Date.parse(view.nextRuns[0] ?? '1970-01-01').toString(36);
  const ETag = etagOf(row.version, `${view.sync}-${next}`);
  return reply(status, view, status === 201 ? { Location: view.links.self, ETag } : { ETag });
}

export function firingView({ runId, runStatus, ...firing }: FiringRow): Firing {
  return {
    ...firing,
    jobId: runId,
    statusUrl: runId === null ? null : `/jobs/${runId}`,
    state: runStatus === null ? null : jobStateOf(runStatus),
  };
}
