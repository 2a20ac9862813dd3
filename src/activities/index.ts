import type { TaskQueue } from '../contracts/names.js';
import { deleteExpiredFirings } from '../db/reports/schedule-firings.js';
import { createAuditExportActivities, type AuditExportDeps } from './audit/export-activities.js';
import { createMaintenanceActivities, type MaintenanceDeps } from './runs/maintenance.js';
import { createReportActivities, type ReportDeps } from './reports/activities.js';
import {
  createReportScheduleActivities,
  syncReportSchedules,
  type ReportScheduleDeps,
} from './reports/schedule-activities.js';
import { createRunActivities } from './runs/activities.js';
import { createSessionActivities } from './sessions/activities.js';
import type { SessionStepDeps } from './sessions/run-step.js';
import { wakeWebhooks, type WakeWebhooksDeps } from './webhooks/wake.js';
import { createWebhookActivities, type WebhookDeps } from './webhooks/activities.js';

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
