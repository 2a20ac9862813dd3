// Written by `node scripts/registries.mjs`: the workflows that the contracts name, which is what Temporal can run.
export { applyRetention } from './runs/apply-retention.js';
export { cotSession } from './sessions/cot-session.js';
export { deliverWebhooks } from './webhooks/deliver-webhooks.js';
export { executeSql } from './sql/execute-sql.js';
export { exportAuditLog } from './audit/export-audit-log.js';
export { generateReport } from './reports/generate-report.js';
export { notifyDeadlines } from './notifications/notify-deadlines.js';
export { reconcileRuns } from './runs/reconcile-runs.js';
export { startScheduledNotifications } from './notifications/start-scheduled-notifications.js';
export { startScheduledReport } from './reports/start-scheduled-report.js';
export { sweepUnstartedRuns } from './runs/sweep-unstarted-runs.js';
