import type { TaskQueue } from '../contracts/names.js';
import { createRunStarter, type RunStarter } from '../operations/runs/run-starter.js';
import type { Logger } from '../platform/logger.js';
import { retentionBatch } from '../db/runs/retention.js';
import { deleteExpiredConfirmations } from '../db/sql/confirmations.js';
import { deleteExpiredQuestions } from '../db/sql/questions.js';
import { deleteExpiredExecutions, logExecutions } from '../db/sql/log.js';
import { deleteExpiredFirings } from '../db/reports/schedule-firings.js';
import { createAuditExportActivities, type AuditExportDeps } from './audit/export-activities.js';
import { createMaintenanceActivities, type MaintenanceDeps } from './runs/maintenance.js';
import { createReportActivities, type ReportDeps } from './reports/activities.js';
import {
  createReportScheduleActivities,
  syncReportSchedules,
  type ReportScheduleDeps,
} from './reports/schedule-activities.js';
import { createRunGateActivities } from './notifications/run-gates.js';
import { createNotificationActivities, type NotificationDeps } from './notifications/activities.js';
import {
  createNotificationScheduleActivities,
  releaseHolds,
  syncSchedule,
} from './notifications/schedule.js';
import { createRunActivities } from './runs/activities.js';
import { createSqlQueueActivities, fillPlaces } from './sql/queue-activities.js';
import { createSqlRunActivities } from './sql/run-activities.js';
import type { RunStatementDeps } from './sql/run-statement.js';
import { createSessionActivities } from './sessions/activities.js';
import type { ProjectSessionDeps } from './sessions/project.js';
import type { SessionStepDeps } from './sessions/step-try.js';
import { sqlToolOpener } from './sessions/sql-tool.js';
import { wakeWebhooks, type WakeWebhooksDeps } from './webhooks/wake.js';
import { createWebhookActivities, type WebhookDeps } from './webhooks/activities.js';

export type ActivityDeps = { readonly logger: Logger } & AuditExportDeps &
  Omit<MaintenanceDeps, 'moreSweeps'> &
  Omit<ReportDeps, keyof RunStarter> &
  ReportScheduleDeps &
  RunStatementDeps &
  NotificationDeps &
  Omit<SessionStepDeps, 'sqlTool'> &
  ProjectSessionDeps &
  WakeWebhooksDeps &
  WebhookDeps;

/** The activities of each task queue. Local activities stand with the workflows, on `flow`. */
export type ActivitiesByQueue = Readonly<Record<TaskQueue, object>>;

export function createActivities(deps: ActivityDeps): ActivitiesByQueue {
  const starter = createRunStarter(deps.control, deps.logger);
  const { projectSession, recallSteps, keepDecisionTexts, ...sessionSteps } = createSessionActivities({
    ...deps,
    sqlTool: sqlToolOpener({ ...deps, ...starter }),
  });
  const moreSweeps = {
    webhooks: async () => (await wakeWebhooks(deps)).woken,
    schedules: () => syncReportSchedules(deps),
    notificationSchedule: () => syncSchedule(deps),
    holds: () => releaseHolds(deps),
    sqlLog: () => logExecutions(deps.pool),
    sqlPlaces: () => fillPlaces({ ...deps, sqlPlaces: deps.sql.places }),
  };
  const moreRetention = {
    ...deps.moreRetention,
    schedules: () => deleteExpiredFirings(deps.pool, deps.policy.keepDays),
    sqlLog: () => deleteExpiredExecutions(deps.pool, deps.policy.keepDays, retentionBatch),
    sqlConfirmations: () => deleteExpiredConfirmations(deps.pool, retentionBatch),
    sqlQuestions: () => deleteExpiredQuestions(deps.pool, retentionBatch),
  };
  const { notifyOffice, ...notificationSteps } = createNotificationActivities(deps);
  return {
    flow: {
      ...createRunActivities(deps),
      ...createReportActivities({ ...deps, ...starter }),
      ...createReportScheduleActivities(deps),
      ...createAuditExportActivities(deps),
      ...createMaintenanceActivities({ ...deps, moreSweeps, moreRetention }),
      ...createSqlQueueActivities({ ...deps, sqlPlaces: deps.sql.places }),
      ...notificationSteps,
      ...createNotificationScheduleActivities(deps),
      ...createRunGateActivities(deps),
      projectSession,
      recallSteps,
      keepDecisionTexts,
    },
    llm: sessionSteps,
    sql: createSqlRunActivities(deps),
    notify: { ...createWebhookActivities(deps), notifyOffice },
  };
}
