import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  setCurrentDetails,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { LastFailureDetails } from '../../contracts/errors.js';
import { event } from '../../contracts/event-data.js';
import type { EndRunInput } from '../../contracts/runs/job-workflow.js';
import type { RunError, RunOutcome, RunResult } from '../../contracts/runs/run.js';
import { jobErrorOf } from '../../domain/runs/job-error.js';
import { hasRunEnded } from './has-run-ended.js';
import { runs } from './proxies.js';

/**
 * The life of any job: it begins, its story gives a result, it ends, and each change is projected.
 *
 * J1. A job whose run has ended already (canceled in the queue, closed by the reconciler) does nothing.
 * J2. Every way out passes through one projection, out of reach of a cancellation.
 * J3. A failure that is not a step's is a fault in this code. It fails the workflow task, not the job: the job goes on
 *     once the code is mended. The reconciler flags it meanwhile.
 */
export async function runJob(
  runId: string,
  story: () => Promise<RunResult>,
  { isResumed = false }: { readonly isResumed?: boolean } = {},
): Promise<RunOutcome> {
  // A continued workflow has begun before, and its beginning is projected.
  if (!isResumed && !(await begin(runId))) {
    return { status: 'canceled', reason: 'the run had ended before' };
  }
  try {
    return await end({ runId, status: 'completed', result: await story() });
  } catch (error) {
    if (isCancellation(error))
      return CancellationScope.nonCancellable(() => end({ runId, status: 'canceled' }));
    if (!(error instanceof ActivityFailure)) throw error;
    return CancellationScope.nonCancellable(() => fail(runId, error));
  }
}

async function begin(runId: string): Promise<boolean> {
  const begun = await runs.projectRun({
    runId,
    dedupKey: keyOf('begin'),
    status: 'running',
    progress: { percent: 0 },
    events: [event('job.started', { state: 'PROCESSING' })],
  });
  return begun.open;
}

async function fail(runId: string, failure: ActivityFailure): Promise<RunOutcome> {
  if (hasRunEnded(failure)) {
    return { status: 'canceled', reason: 'the run was ended from outside' };
  }
  // A step that was refused as hopeless has not used up anything: running it again would be refused again.
  const usedUp = failure.retryState !== 'NON_RETRYABLE_FAILURE' || isLast(failure.cause);
  return end({
    runId,
    status: 'failed',
    error: errorOf(failure, failure.activityType),
    ...(usedUp ? { deadLetter: { step: failure.activityType } } : {}),
  });
}

/** The step's own count of failures says that this one was the last, see C5 of checkpointed-step.ts. */
function isLast(cause: Error | undefined): boolean {
  if (!(cause instanceof ApplicationFailure)) return false;
  const [details] = (cause.details ?? []) as readonly Partial<LastFailureDetails>[];
  return details?.usedUp === true;
}

async function end(input: Omit<EndRunInput, 'dedupKey'>): Promise<RunOutcome> {
  const { status, result, error } = input;
  await runs.endRun({ ...input, dedupKey: keyOf('end') });
  setCurrentDetails(detailsOf(status, error));
  return {
    status,
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The key holds the workflow run: after a reset on Temporal the new one projects its own changes. */
function keyOf(moment: 'begin' | 'end'): string {
  return `${workflowInfo().runId}:${moment}`;
}

/** Why a step failed, in words that the job's owner may read. `step` is what it is called there. */
export function errorOf(failure: ActivityFailure, step: string): RunError {
  const { cause } = failure;
  return jobErrorOf({
    step,
    cause: cause instanceof ApplicationFailure ? cause : null,
    timedOut: cause instanceof TimeoutFailure,
  });
}

function detailsOf(status: RunOutcome['status'], error: RunError | undefined): string {
  return error === undefined ? `**${status}**` : `**${status}**: ${error.message}`;
}
