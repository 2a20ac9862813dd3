import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { hopelessFailures } from '../contracts/errors.js';
import type { AuditExportActivities } from '../contracts/audit/export.js';
import type { RunActivities } from '../contracts/runs/job-workflow.js';
import type { MaintenanceActivities } from '../contracts/runs/maintenance.js';
import type { ReportActivities } from '../contracts/reports/report.js';
import type { ReportScheduleActivities } from '../contracts/reports/schedule-workflow.js';
import { taskQueues } from '../contracts/names.js';

/**
 * Every timeout and retry of the jobs and of the maintenance. Sessions' own, which depend on a session's settings, are
 * in sessions/proxies.ts.
 */

/**
 * Telling readers: one short transaction, inside the workflow task, so that it costs no round trip through the server.
 * It is retried for ever: a job must not go on, or end, unseen. PostgreSQL will be back.
 */
export const runs = proxyLocalActivities<RunActivities>({
  startToCloseTimeout: '10s',
  // The next longer wait becomes a timer in the history: an outage must not hold the workflow task.
  localRetryThreshold: '3s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

const hopeless = [...hopelessFailures];

const reportStep = {
  taskQueue: taskQueues.flow,
  // A checkpointed step beats every second: after the death of its worker another one has it in this time.
  heartbeatTimeout: '5s',
  // The third failure of a step is its last, see C5 of its activity. The other attempts are for lost workers.
  retry: {
    maximumAttempts: 20,
    initialInterval: '1s',
    backoffCoefficient: 3,
    maximumInterval: '10s',
    nonRetryableErrorTypes: hopeless,
  },
} as const;

/** Reading a section takes well under a second. Minutes mean a database in trouble. */
export const reportSteps = proxyActivities<Pick<ReportActivities, 'openReport' | 'gatherSection'>>({
  ...reportStep,
  startToCloseTimeout: '5m',
});

/**
 * A section that is a statement: a run of its own, which has its own limits of time. A full queue and a source that is away
 * are asked again every ten seconds for some minutes.
 */
export const reportQueries = proxyActivities<Pick<ReportActivities, 'gatherQuery'>>({
  ...reportStep,
  startToCloseTimeout: '25h',
  retry: { ...reportStep.retry, maximumAttempts: 30 },
});

/** Writes hundreds of thousands of rows, or waits for its turn at the typesetter: the same, with more time. */
export const reportRendering = proxyActivities<Pick<ReportActivities, 'renderReport'>>({
  ...reportStep,
  startToCloseTimeout: '15m',
});

/** Reads the log a page at a time and beats with every piece. A dead worker is noticed within the minute. */
export const auditExportSteps = proxyActivities<AuditExportActivities>({
  taskQueue: taskQueues.flow,
  startToCloseTimeout: '15m',
  heartbeatTimeout: '1m',
  retry: {
    maximumAttempts: 3,
    initialInterval: '1s',
    backoffCoefficient: 3,
    nonRetryableErrorTypes: hopeless,
  },
});

/**
 * A short transaction, and the start of the run that it made. Retried for a day, as long as a schedule catches up. An
 * outage of PostgreSQL makes the report late, not lost.
 */
export const reportSchedules = proxyActivities<ReportScheduleActivities>({
  taskQueue: taskQueues.flow,
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** A sweep is short and comes again in seconds, so it is tried once. Local: a history of six events each time. */
export const sweeping = proxyLocalActivities<Pick<MaintenanceActivities, 'sweepRuns'>>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 1 },
});

/** The same, but it may ask Temporal about hundreds of workflows. */
export const checking = proxyLocalActivities<Pick<MaintenanceActivities, 'checkRuns'>>({
  startToCloseTimeout: '50s',
  retry: { maximumAttempts: 1 },
});

/** Batch after batch until nothing is left; it beats after each, so that a dead worker is noticed. */
export const retention = proxyActivities<Pick<MaintenanceActivities, 'removeExpired'>>({
  taskQueue: taskQueues.flow,
  startToCloseTimeout: '30m',
  heartbeatTimeout: '1m',
  retry: { maximumAttempts: 3, initialInterval: '10s' },
});
