import type { TaskQueue } from './names.js';

/** All that sets one kind of run apart from another, for every process that has to do with it. */
export interface RunKindSpec {
  /** For people who choose between kinds. */
  readonly title: string;
  /** Its ids begin with it: an id alone shows its route. */
  readonly idPrefix: string;
  readonly workflowType: string;
  readonly taskQueue: TaskQueue;
  /** The events of its life: `job.started` to `job.completed`, or those of a session. */
  readonly events: 'job' | 'session';
  /** `<routeBase>/:id` answers for a run, `<routeBase>/:id/events` streams its events. */
  readonly routeBase: string;
}

export type RunKinds = Readonly<Record<string, RunKindSpec>>;

/**
 * Every kind of run. A new kind is a row here, a workflow of that name, its activities, and an operation. The
 * operation inserts the run. Everything else follows from the row.
 */
export const runKinds = {
  'cot-session': {
    title: 'Chain-of-thought session',
    idPrefix: 'ses',
    workflowType: 'cotSession',
    taskQueue: 'flow',
    events: 'session',
    routeBase: '/api/v1/cot-sessions',
  },
  report: {
    title: 'Report',
    idPrefix: 'job',
    workflowType: 'generateReport',
    taskQueue: 'flow',
    events: 'job',
    routeBase: '/jobs',
  },
  'audit-export': {
    title: 'Export of the audit log',
    idPrefix: 'job',
    workflowType: 'exportAuditLog',
    taskQueue: 'flow',
    events: 'job',
    routeBase: '/jobs',
  },
  sql: {
    title: 'SQL statement',
    idPrefix: 'sql',
    workflowType: 'executeSql',
    taskQueue: 'flow',
    events: 'job',
    routeBase: '/jobs',
  },
  'deadline-run': {
    title: 'Deadline notifications',
    idPrefix: 'job',
    workflowType: 'notifyDeadlines',
    taskQueue: 'flow',
    events: 'job',
    routeBase: '/jobs',
  },
} as const satisfies RunKinds;

/** The kinds that `/jobs` answers for. */
export function jobKindsOf(kinds: RunKinds = runKinds): string[] {
  return Object.keys(kinds).filter((kind) => kinds[kind]?.events === 'job');
}

export function kindOfId(id: string, kinds: RunKinds = runKinds): RunKindSpec | undefined {
  const prefix = /^([a-z]+)_[0-9a-z]+$/.exec(id)?.[1];
  return Object.values(kinds).find((kind) => kind.idPrefix === prefix);
}

/** `ses_… or job_…`, for those who gave another id. */
export function shownIds(kinds: RunKinds = runKinds): string {
  const prefixes = new Set(Object.values(kinds).map((kind) => `${kind.idPrefix}_…`));
  return [...prefixes].join(' or ');
}
