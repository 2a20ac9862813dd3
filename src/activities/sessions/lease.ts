import { activityInfo, cancellationSignal, CancelledFailure, Context } from '@temporalio/activity';
import { abortable } from './pause.js';

/**
 * How this try was taken back. `canceled`: somebody asked for it. `stopping`: the worker shuts down, or the activity
 * is paused or reset; another try comes. `lost`: Temporal gave the step to another worker, or the workflow has ended:
 * further work of this try is lost.
 */
export type Recall = 'canceled' | 'stopping' | 'lost';

const recalls: Readonly<Record<string, Recall>> = {
  CANCELLED: 'canceled',
  WORKER_SHUTDOWN: 'stopping',
  PAUSED: 'stopping',
  RESET: 'stopping',
  NOT_FOUND: 'lost',
  TIMED_OUT: 'lost',
};

/** Null while the try is ours. */
export function recallOf(signal: AbortSignal = cancellationSignal()): Recall | null {
  if (!signal.aborted) return null;
  const reason = signal.reason instanceof CancelledFailure ? signal.reason.message : '';
  return recalls[reason] ?? 'canceled';
}

/** Half of the heartbeat timeout of workflows/sessions/proxies.ts: a task that is younger cannot have timed out. */
const FRESH_MS = 2_500;
const ASK_AGAIN_MS = 1_000;

/**
 * False when Temporal has given this try to somebody else. A thawed worker finds every task that it got meanwhile,
 * each the next try of the same step. All but the last are stale and must not call a model.
 */
export async function holdsLease(): Promise<boolean> {
  const { currentAttemptScheduledTimestampMs, taskToken } = activityInfo();
  if (Date.now() - currentAttemptScheduledTimestampMs < FRESH_MS) return true;
  for (;;) {
    try {
      await Context.current().client.activity.heartbeat(taskToken);
      return true;
    } catch (error) {
      if (recallOf() !== null) return recallOf() !== 'lost';
      const { name } = error as Error;
      if (name === 'ActivityNotFoundError') return false;
      // A request to cancel, pause or reset: the context sees it too, with the next beat.
      if (refusals.has(name)) return true;
      // Temporal is away. Without it the step's result could not be reported either.
      await abortable(ASK_AGAIN_MS);
    }
  }
}

const refusals = new Set(['ActivityCancelledError', 'ActivityPausedError', 'ActivityResetError']);
