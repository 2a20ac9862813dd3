import {
  activityInfo,
  ApplicationFailure,
  cancellationSignal,
  CancelledFailure,
  log,
} from '@temporalio/activity';
import { failureTypes } from '../../contracts/errors.js';
import { ModelCallError } from '../../models/error.js';
import { JsonSchemaError } from '../../contracts/templates/json-schema.js';
import { ContextTooLongError } from '../../models/prompt/assemble.js';
import { workerStopped } from '../../db/sessions/tries.js';
import { recallOf } from './lease.js';
import { TryTimedOut } from './model-clock.js';
import { delayAfter, type TryLimits } from './try-limits.js';

/** History and readers get a safe sentence; what really happened goes to the log. */
export function shownFailure(error: unknown, limits: TryLimits): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  log.error('a step failed', { error });
  const { type, message, retryable } = verdictOf(error);
  // It came to no try that could be counted, so Temporal's attempts bound it.
  const again = retryable && activityInfo().attempt <= limits.maxRetries;
  const nextRetryDelay = delayAfter(activityInfo().attempt, limits, null);
  return ApplicationFailure.create({ type, message, nonRetryable: !again, nextRetryDelay });
}

/** No worker reads it: Temporal has given the step to another try, or the workflow has ended. */
export function lostTry(): ApplicationFailure {
  return ApplicationFailure.retryable('another try has the step', failureTypes.stepLost);
}

/** A worker that hands its step back leaves another one this long to be there. */
export const HANDED_BACK_MS = 500;

/** The failure of an activity that was taken back between two steps; null while it is ours. */
export function takenBack(): Error | null {
  switch (recallOf()) {
    case null:
      return null;
    case 'lost':
      return lostTry();
    case 'canceled':
      return new CancelledFailure('canceled');
    case 'stopping':
      return ApplicationFailure.create({
        message: workerStopped.message,
        type: failureTypes.workerStopped,
        nextRetryDelay: HANDED_BACK_MS,
      });
  }
}

/** A step's failure for the workflow: its safe words, and whether a retry may help. */
export interface Verdict {
  type: string;
  message: string;
  retryable: boolean;
  retryAfterMs: number | null;
}

/** The names that the language has for mistakes in code. A TypeError with a cause is what `fetch` says of a network. */
const faults = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError, URIError];

function isFaultOfOurs(error: unknown): error is Error {
  return faults.some((fault) => error instanceof fault) && (error as Error).cause === undefined;
}

export function verdictOf(error: unknown): Verdict {
  if (cancellationSignal().aborted)
    return { type: failureTypes.canceled, message: 'canceled', retryable: false, retryAfterMs: null };
  if (error instanceof TryTimedOut) {
    const message = 'the step did not finish in time';
    return { type: failureTypes.stepTimedOut, message, retryable: true, retryAfterMs: null };
  }
  if (error instanceof ModelCallError) {
    const { retryable, retryAfterMs, message } = error;
    return { type: `model_${error.kind}`, message, retryable, retryAfterMs };
  }
  if (error instanceof JsonSchemaError || error instanceof ContextTooLongError) {
    return { type: failureTypes.invalidInput, message: error.message, retryable: false, retryAfterMs: null };
  }
  if (error instanceof ApplicationFailure) {
    const { type, message, nonRetryable } = error;
    return {
      type: type ?? failureTypes.invalidInput,
      message,
      retryable: nonRetryable !== true,
      retryAfterMs: null,
    };
  }
  if (isFaultOfOurs(error)) {
    const { name } = error;
    const message = `a fault of this version stopped the step (${name})`;
    return { type: name, message, retryable: false, retryAfterMs: null };
  }
  const message = 'something the step needs did not answer';
  return { type: failureTypes.dependencyUnavailable, message, retryable: true, retryAfterMs: null };
}
