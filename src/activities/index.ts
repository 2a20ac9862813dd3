import type { TaskQueue } from '../contracts/names.js';
import { deleteExpiredFirings } from '../db/report-schedule-firings.js';
import { createAuditExportActivities, type AuditExportDeps } from './audit-export-activities.js';
import { createMaintenanceActivities, type MaintenanceDeps } from './maintenance-activities.js';
import { createReportActivities, type ReportDeps } from './report-activities.js';
import {
  createReportScheduleActivities,
  syncReportSchedules,
  type ReportScheduleDeps,
} from './report-schedule-activities.js';
import { createRunActivities } from './run-activities.js';
import { createSessionActivities } from './session-activities.js';
import type { SessionStepDeps } from './run-session-step.js';
import { wakeWebhooks, type WakeWebhooksDeps } from './wake-webhooks.js';
import { createWebhookActivities, type WebhookDeps } from './webhook-activities.js';

export type ActivityDeps = AuditExportDeps &
  Omit<MaintenanceDeps, 'moreSweeps'> &
  ReportDeps &
  ReportScheduleDeps &
  SessionStepDeps &
  WakeWebhooksDeps &
  WebhookDeps;

/** The activities of each task queue. Those that workflows call as local ones stand with the workflows, on `flow`. */
export type ActivitiesByQueue = Readonly<Record<TaskQueue, object>>;

export function createActivities(deps: ActivityDeps): ActivitiesByQueue {
  const { projectSession, keepDecisionTexts, ...sessionSteps } = createSessionActivities(deps);
  const moreSweeps = {
    webhooks: async () => (await wakeWebhooks(deps)).woken,
    schedules: () => syncReportSchedules(deps),
  };
  const moreRetention = {
    ...deps.moreRetention,
    schedules: () => deleteExpiredFirings(deps.pool, deps.policy.keepDays),
  };
  return {
    flow: {
      ...createRunActivities(deps),
      ...createReportActivities(deps),
      ...createReportScheduleActivities(deps),
      ...createAuditExportActivities(deps),
      ...createMaintenanceActivities({ ...deps, moreSweeps, moreRetention }),
      projectSession,
      keepDecisionTexts,
    },
    llm: sessionSteps,
    sql: {},
    notify: createWebhookActivities(deps),
  };
}
