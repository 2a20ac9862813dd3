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

/**
 * A transaction over five hundred offices takes seconds, and minutes where an office has tens of thousands of staff.
 */
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
 * An office sends its messages in sequence and waits for its turn at the mail server. Tens of thousands take hours. It
 * beats every second: after the death of its worker another one has it in this time. Temporal retries a lost worker or
 * database; the workflow retries an office that fails by itself.
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
 * A short transaction, and the start of the run that it made. Retried for a day, as long as the schedule catches up.
 * An outage of PostgreSQL makes the run late, not lost.
 */
export const notificationSchedule = proxyActivities<NotificationScheduleActivities>({
  taskQueue: taskQueues.flow,
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/**
 * A short transaction each. A run must not wait, or go on, unseen: they are tried for as long as a person may take.
 */
export const runGates = proxyActivities<RunGateActivities>({
  taskQueue: taskQueues.flow,
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});
