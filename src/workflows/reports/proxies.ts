import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import { hopelessFailures } from '../../contracts/errors.js';
import { taskQueues } from '../../contracts/names.js';
import type { ReportActivities } from '../../contracts/reports/report.js';
import type { ReportScheduleActivities } from '../../contracts/reports/schedule-workflow.js';

const reportStep: ActivityOptions = {
  taskQueue: taskQueues.flow,
  // A checkpointed step beats every second: after the death of its worker another one has it in this time.
  heartbeatTimeout: '5s',
  // The third failure of a step is its last, see C5 of its activity. The other attempts are for lost workers.
  retry: {
    maximumAttempts: 20,
    initialInterval: '1s',
    backoffCoefficient: 3,
    maximumInterval: '10s',
    nonRetryableErrorTypes: [...hopelessFailures],
  },
};

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
