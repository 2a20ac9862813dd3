/** Names that more than one process must agree on. Workflow code may import this file. */

export const taskQueues = {
  flow: 'flow',
  llm: 'llm',
  sql: 'sql',
  notify: 'notify',
} as const;

export type TaskQueue = keyof typeof taskQueues;

/** Workflows that are started by a schedule and belong to no run. */
export const maintenanceWorkflows = {
  sweeper: 'sweepUnstartedRuns',
  reconciler: 'reconcileRuns',
  retention: 'applyRetention',
} as const;

/** Workflows that belong to a record of their own, started when it has something to do. */
export const serviceWorkflows = {
  /** Runs for each webhook with a due delivery. */
  webhooks: 'deliverWebhooks',
  /** Runs each time a report schedule is due, started by the schedule on Temporal. */
  reportSchedules: 'startScheduledReport',
  /** Runs each time the run over all offices is due. */
  notifications: 'startScheduledNotifications',
} as const;

/** Of the schedule of the run over all offices, on Temporal. */
export const notificationScheduleId = 'notification-schedule';

/** Of the schedule on Temporal, and what the ids of its workflows begin with. */
export function reportScheduleWorkflowId(scheduleId: string): string {
  return `report-schedule:${scheduleId}`;
}

/** Signals a webhook's workflow that a delivery is due. */
export const webhookDueSignal = 'webhookDue';

/** Sent by the maintenance after a reset: the new workflow run of a session projects its state. */
export const projectAgainSignal = 'tellReaders';

/** Signals a SQL run's workflow that its place in the queue has changed. */
export const sqlPlaceSignal = 'sqlPlace';

/** The Update by which the API hands a decision to a run of notifications. */
export const decideRunGateUpdate = 'decideRunGate';

/** On which a commit announces the id of a webhook that has something to deliver. Only a wake-up: the sweeper looks too. */
export const webhooksDueChannel = 'webhooks_due';

/** The NOTIFY channel on which a committed event is announced as `<run id>:<pos>`. Only a wake-up: readers poll too. */
export const runEventsChannel = 'run_events';

/** On which a committed change announces `<cache namespace>:<token>`; every process then drops that namespace. */
export const cacheDroppedChannel = 'cache_dropped';

/** On which a commit announces the user whose inbox has changed by something that is no event of a run. */
export const inboxChannel = 'inbox';

/** A workflow id is the business key of its run: a second start of the same run is refused. */
export function workflowIdOf(kind: string, runId: string): string {
  return `${kind}:${runId}`;
}

/** Of everything that one webhook is sent. */
export function webhookWorkflowIdOf(webhookId: string): string {
  return workflowIdOf('webhook', webhookId);
}

export const scheduleIds = {
  sweeper: 'maintenance:sweep-unstarted-runs',
  reconciler: 'maintenance:reconcile-runs',
  retention: 'maintenance:apply-retention',
} as const;
