import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { taskQueues } from '../../contracts/names.js';
import type { RunActivities } from '../../contracts/runs/job-workflow.js';
import type { MaintenanceActivities } from '../../contracts/runs/maintenance.js';

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
