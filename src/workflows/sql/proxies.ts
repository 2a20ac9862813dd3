import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
  type ActivityOptions,
} from '@temporalio/workflow';
import { taskQueues } from '../../contracts/names.js';
import type { SqlQueueActivities, SqlRunActivities } from '../../contracts/sql/run-workflow.js';

/**
 * Asking for a place and giving it back: one short transaction, inside the workflow task. It is retried for ever: a run must
 * not lose its place, or keep it, because the database was away.
 */
export const sqlQueue = proxyLocalActivities<SqlQueueActivities>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

/**
 * The statement. It beats every second, so a dead worker is noticed in seconds. After that, or after a lost data
 * source, it is retried once. A failure of the statement itself says that it is not to be retried.
 */
const statement: ActivityOptions = {
  taskQueue: taskQueues.sql,
  // Longer than any statement may take: its own wall clock ends it.
  startToCloseTimeout: '25h',
  heartbeatTimeout: '5s',
  retry: { maximumAttempts: 2, initialInterval: '1s' },
};

/** A canceled run keeps its place until its statement has left the source: else more than the allowed number run. */
export const sqlRuns = proxyActivities<SqlRunActivities>({
  ...statement,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** For histories of before: they gave the place back at once. */
export const sqlRunsLeftAlone = proxyActivities<SqlRunActivities>(statement);
