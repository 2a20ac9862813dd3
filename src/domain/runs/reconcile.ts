import { isFinal, type FinalStatus, type RunStatus } from './status.js';

/** Temporal's answer about a run's workflow. */
export type WorkflowCondition<Outcome extends WorkflowOutcome> =
  | { readonly kind: 'not_found' }
  /** `taskAttempt`: how often the worker has tried the workflow task that is due; 0 when none is. */
  | { readonly kind: 'open'; readonly taskAttempt: number; readonly runId?: string }
  | { readonly kind: 'completed'; readonly outcome: Outcome | null }
  | { readonly kind: 'failed' | 'canceled' | 'terminated' | 'timed_out' };

interface WorkflowOutcome {
  readonly status: RunStatus;
}

export interface RunCondition {
  readonly status: RunStatus;
  readonly cancelRequested: boolean;
  /** Set while the run is flagged, as stuck or as lost: the status it had before. */
  readonly stuckSince: RunStatus | null;
  readonly lost: boolean;
  /** It can go on from what is stored of it, in a new workflow. */
  readonly revivable: boolean;
}

export type ReconcileVerdict<Outcome> =
  | { readonly kind: 'leave' }
  /** The row waits for a start that Temporal no longer knows of. */
  | { readonly kind: 'start_again' }
  | { readonly kind: 'flag'; readonly was: RunStatus; readonly code: string; readonly message: string }
  | { readonly kind: 'unflag'; readonly status: RunStatus }
  | { readonly kind: 'adopt'; readonly outcome: Outcome }
  | { readonly kind: 'close'; readonly status: FinalStatus; readonly code: string; readonly message: string };

/** A task that failed twice may be a worker that stops; a third failure needs a person. */
const STUCK_AFTER_ATTEMPTS = 3;

const closed: Readonly<
  Record<'failed' | 'terminated' | 'timed_out', { readonly code: string; readonly message: string }>
> = {
  failed: { code: 'workflow_failed', message: 'The workflow ended with a failure that it could not report.' },
  terminated: { code: 'workflow_terminated', message: 'The workflow was terminated on Temporal.' },
  timed_out: {
    code: 'workflow_timed_out',
    message: 'The workflow ran out of the time it was given on Temporal.',
  },
};

/**
 * The verdict on a run that was silent for a while, by its workflow.
 *
 * K1. Temporal owns control flow: a workflow that is open is right, whatever the row says.
 * K2. A workflow that has ended takes its run with it: no row stays open behind a closed workflow.
 * K3. A session without its workflow is flagged, since it can be revived; a job without its workflow has failed.
 * K4. A run that never began loses nothing by being started again; one that began is never started twice.
 */
export function judgeRun<Outcome extends WorkflowOutcome>(
  run: RunCondition,
  workflow: WorkflowCondition<Outcome>,
): ReconcileVerdict<Outcome> {
  switch (workflow.kind) {
    case 'open':
      return judgeOpen(run, workflow.taskAttempt);
    case 'not_found':
      if (run.status === 'queued') return { kind: 'start_again' };
      return judgeLost(run);
    case 'completed':
      if (workflow.outcome !== null && isFinal(workflow.outcome.status)) {
        return { kind: 'adopt', outcome: workflow.outcome };
      }
      return {
        kind: 'close',
        status: 'failed',
        code: 'outcome_missing',
        message: 'The workflow ended without an outcome.',
      };
    case 'canceled':
      return {
        kind: 'close',
        status: 'canceled',
        code: 'workflow_canceled',
        message: 'The workflow was canceled on Temporal.',
      };
    case 'failed':
    case 'terminated':
    case 'timed_out':
      return { kind: 'close', status: run.cancelRequested ? 'canceled' : 'failed', ...closed[workflow.kind] };
  }
}

function judgeLost<Outcome>(run: RunCondition): ReconcileVerdict<Outcome> {
  const [code, message] = ['workflow_lost', 'Temporal no longer knows the workflow.'];
  if (run.cancelRequested || !run.revivable) {
    return { kind: 'close', status: run.cancelRequested ? 'canceled' : 'failed', code, message };
  }
  if (run.lost) return { kind: 'leave' };
  const revive = 'An administrator can revive it: it goes on from what is stored.';
  return { kind: 'flag', was: run.stuckSince ?? run.status, code, message: `${message} ${revive}` };
}

function judgeOpen<Outcome>(run: RunCondition, taskAttempt: number): ReconcileVerdict<Outcome> {
  const stuck = taskAttempt >= STUCK_AFTER_ATTEMPTS;
  if (stuck && (run.stuckSince === null || run.lost)) {
    return {
      kind: 'flag',
      was: run.stuckSince ?? run.status,
      code: 'workflow_stuck',
      message: `The workflow's next step has failed ${taskAttempt} times. It goes on by itself once the cause is gone.`,
    };
  }
  if (!stuck && run.stuckSince !== null) return { kind: 'unflag', status: run.stuckSince };
  return { kind: 'leave' };
}
