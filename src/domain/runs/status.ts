/** The one vocabulary for the state of a session or a job, whatever its kind. */
export const runStatuses = [
  'queued',
  'running',
  'waiting_approval',
  'paused',
  'needs_attention',
  'completed',
  'rejected',
  'failed',
  'canceled',
] as const;

export type RunStatus = (typeof runStatuses)[number];

export const finalStatuses = ['completed', 'rejected', 'failed', 'canceled'] as const satisfies RunStatus[];
export type FinalStatus = (typeof finalStatuses)[number];

/** The run goes on when a person acts. */
export const waitingStatuses = ['waiting_approval', 'needs_attention'] as const satisfies RunStatus[];

export const jobStatuses = ['running', 'success', 'failed', 'canceled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

export const jobStates = ['PENDING', 'PROCESSING', 'SUCCESS', 'FAILED', 'CANCELED'] as const;
export type JobState = (typeof jobStates)[number];

export function isFinal(status: RunStatus): status is FinalStatus {
  return (finalStatuses as readonly RunStatus[]).includes(status);
}

export function needsPerson(status: RunStatus): boolean {
  return (waitingStatuses as readonly RunStatus[]).includes(status);
}

/**
 * T1. A finished run never changes its status again.
 * T2. Nothing goes back to the queue.
 * T3. Apart from that an open run may go anywhere: it pauses, waits and resumes as its workflow says.
 */
export function canBecome(from: RunStatus, to: RunStatus): boolean {
  if (isFinal(from)) return false;
  return to !== 'queued' || from === 'queued';
}

const stateOfStatus: Readonly<Record<RunStatus, JobState>> = {
  queued: 'PENDING',
  running: 'PROCESSING',
  waiting_approval: 'PROCESSING',
  paused: 'PROCESSING',
  needs_attention: 'PROCESSING',
  completed: 'SUCCESS',
  rejected: 'FAILED',
  failed: 'FAILED',
  canceled: 'CANCELED',
};

export function jobStateOf(status: RunStatus): JobState {
  return stateOfStatus[status];
}

/** The statuses that a job in this state may have. */
export function statusesOfJobState(state: JobState): RunStatus[] {
  return runStatuses.filter((status) => stateOfStatus[status] === state);
}
