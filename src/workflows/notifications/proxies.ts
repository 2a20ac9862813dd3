import { proxyActivities } from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import { taskQueues } from '../../contracts/names.js';
import type { RunGateActivities } from '../../contracts/notifications/gate.js';
import type { NotificationScheduleActivities } from '../../contracts/notifications/schedule-workflow.js';
import type { NotificationActivities } from '../../contracts/notifications/workflow.js';

const hopeless = [
  failureTypes.invalidInput,
  failureTypes.recordGone,
  failureTypes.runEnded,
  failureTypes.officeFailed,
];

/** One transaction over five hundred offices: seconds, and minutes where an office has tens of thousands of staff. */
export const planning = proxyActivities<
  Pick<NotificationActivities, 'planChunk' | 'finishNotifications' | 'failOffices' | 'abandonNotifications'>
>({
  taskQueue: taskQueues.flow,
  startToCloseTimeout: '10m',
  // A database that is away for an hour is waited for: nothing has been sent, and nothing is lost.
  scheduleToCloseTimeout: '2h',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '30s',
    nonRetryableErrorTypes: hopeless,
  },
});

/**
 * An office sends its messages one after the other, and waits for its turn at the mail server: hours where there are tens
 * of thousands. It beats every second: after the death of its worker another one has it in this time. What Temporal
 * retries is a worker or a database that is away; an office that fails by itself is tried again by the workflow.
 */
export const sendingOffices = proxyActivities<Pick<NotificationActivities, 'notifyOffice'>>({
  taskQueue: taskQueues.notify,
  startToCloseTimeout: '12h',
  scheduleToCloseTimeout: '1 day',
  heartbeatTimeout: '5s',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '10s',
    nonRetryableErrorTypes: hopeless,
  },
});

/**
 * One short transaction, and the start of what it made. Tried for a day, as long as the schedule makes up for what it
 * missed: while PostgreSQL is away the run is late and not lost.
 */
export const notificationSchedule = proxyActivities<NotificationScheduleActivities>({
  taskQueue: taskQueues.flow,
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** One short transaction each. A run must not wait, or go on, unseen: they are tried for as long as a person may take. */
export const runGates = proxyActivities<RunGateActivities>({
  taskQueue: taskQueues.flow,
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});
