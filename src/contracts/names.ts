/** Names that more than one process must agree on. Workflow code may import this file. */

export const taskQueues = {
  flow: 'flow',
  llm: 'llm',
  sql: 'sql',
  notify: 'notify',
} as const;

export type TaskQueue = keyof typeof taskQueues;

/** The NOTIFY channel on which a committed event is announced as `<run id>:<pos>`. Only a wake-up: readers poll too. */
export const runEventsChannel = 'run_events';

/** On which a committed change announces `<cache namespace>:<token>`; every process then drops that namespace. */
export const cacheDroppedChannel = 'cache_dropped';

/** A workflow id is the business key of its run, so that a second start of the same run can be refused. */
export function workflowIdOf(kind: string, runId: string): string {
  return `${kind}:${runId}`;
}

export const scheduleIds = {
  sweeper: 'maintenance:sweep-unstarted-runs',
  reconciler: 'maintenance:reconcile-runs',
  retention: 'maintenance:apply-retention',
} as const;
