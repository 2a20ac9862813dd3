import { proxyActivities } from '@temporalio/workflow';
import { taskQueues } from '../../contracts/names.js';
import type { WebhookActivities } from '../../contracts/webhooks/workflow.js';

/**
 * A failed delivery is no failure of the activity: it is a row with its next attempt. Retries are for a database that
 * does not answer; afterwards the sweeper begins anew.
 */
export const deliveries = proxyActivities<WebhookActivities>({
  taskQueue: taskQueues.notify,
  // Four seconds of taking up work, fifteen of the last request, and a slow database.
  startToCloseTimeout: '1m',
  // It beats every second: after the death of its worker another one has it in this time.
  heartbeatTimeout: '5s',
  retry: { maximumAttempts: 30, initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});
