/** The registry: what is exported here under its name is what Temporal can run. Names are protocol. */
export { applyRetention } from './apply-retention.js';
export { cotSession } from './cot-session.js';
export { deliverWebhooks } from './deliver-webhooks.js';
export { exportAuditLog } from './export-audit-log.js';
export { generateReport } from './generate-report.js';
export { reconcileRuns } from './reconcile-runs.js';
export { startScheduledReport } from './start-scheduled-report.js';
export { sweepUnstartedRuns } from './sweep-unstarted-runs.js';
