import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { taskQueues } from '../../contracts/names.js';
import type { SessionActivities } from '../../contracts/sessions/workflow.js';

/**
 * Projecting, recalling, or storing a decision's texts, is a short transaction inside the workflow task. It costs no
 * round trip through the server. It is retried for ever: a session must not go on before its state can be read.
 */
export const projections = proxyLocalActivities<
  Pick<SessionActivities, 'projectSession' | 'recallSteps' | 'keepDecisionTexts'>
>({
  startToCloseTimeout: '10s',
  // The next longer wait becomes a timer in the history: an outage must not hold the workflow task.
  localRetryThreshold: '3s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

/**
 * The step itself counts failed tries and ends with a failure that is not retried. Temporal's attempts include lost
 * workers, which are no tries. It also keeps the time of its model.
 */
export function sessionSteps(summary: string): Pick<SessionActivities, 'runSessionStep'> {
  return proxyActivities<Pick<SessionActivities, 'runSessionStep'>>({
    taskQueue: taskQueues.llm,
    // An answer that is paid for waits this long for PostgreSQL. A step that hangs otherwise does not beat.
    startToCloseTimeout: '30 days',
    // The activity beats every second: a dead worker is noticed in seconds.
    heartbeatTimeout: '5s',
    summary,
    // After a worker was lost; a failure that counts says itself when it is to be tried again.
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '5s' },
  });
}
