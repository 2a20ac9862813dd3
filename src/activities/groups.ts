// Written by `node scripts/registries.mjs`: each group of activities, by its task queue.
import { createAuditExportActivities } from './audit/export-activities.js';
import { createNotificationActivities } from './notifications/activities.js';
import { createNotifyOfficeActivities } from './notifications/notify-activities.js';
import { createRunGateActivities } from './notifications/run-gates.js';
import { createNotificationScheduleActivities } from './notifications/schedule.js';
import { createReportActivities } from './reports/activities.js';
import { createReportScheduleActivities } from './reports/schedule-activities.js';
import { createRunActivities } from './runs/activities.js';
import { createMaintenanceActivities } from './runs/maintenance.js';
import { createSessionActivities } from './sessions/activities.js';
import { createSessionStepActivities } from './sessions/llm-activities.js';
import { createSqlQueueActivities } from './sql/queue-activities.js';
import { createSqlRunActivities } from './sql/sql-activities.js';
import { createWebhookActivities } from './webhooks/notify-activities.js';

export const activityGroups = {
  flow: [
    createAuditExportActivities,
    createNotificationActivities,
    createRunGateActivities,
    createNotificationScheduleActivities,
    createReportActivities,
    createReportScheduleActivities,
    createRunActivities,
    createMaintenanceActivities,
    createSessionActivities,
    createSqlQueueActivities,
  ],
  llm: [createSessionStepActivities],
  sql: [createSqlRunActivities],
  notify: [createNotifyOfficeActivities, createWebhookActivities],
} as const;
