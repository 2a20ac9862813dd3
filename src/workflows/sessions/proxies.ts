import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { taskQueues } from '../../contracts/names.js';
import type { SessionActivities, SessionLimits } from '../../contracts/sessions/workflow.js';

/**
 * Telling readers, and keeping what they wrote, is one short transaction each, so it runs inside the workflow task: no round trip through the server.
 * It is retried for ever, since a session must not go on before its state can be read; PostgreSQL will be back.
 */
export const projections = proxyLocalActivities<
  Pick<SessionActivities, 'projectSession' | 'keepDecisionTexts'>
>({
  startToCloseTimeout: '10s',
  // Past this the retries move to a timer in the history, so that an outage does not hold the workflow task.
  localRetryThreshold: '20s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

export function sessionSteps(
  limits: SessionLimits,
  summary: string,
): Pick<SessionActivities, 'runSessionStep'> {
  return proxyActivities<Pick<SessionActivities, 'runSessionStep'>>({
    taskQueue: taskQueues.llm,
    startToCloseTimeout: limits.stepTimeoutMs,
    // The activity beats every second: a dead worker is noticed in seconds, not at the end of the step's timeout.
    heartbeatTimeout: '5s',
    summary,
    retry: {
      maximumAttempts: limits.maxRetries + 1,
      initialInterval: limits.retryDelayMs,
      backoffCoefficient: 2,
      maximumInterval: '1m',
    },
  });
}
