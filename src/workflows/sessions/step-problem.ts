import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import type { StepProblem } from '../../domain/sessions/state.js';

/** A failed step, as readers see it. Our own failures carry a text for them; any other is named by its kind. */
export function stepProblem(
  { phase, step }: Pick<StepProblem, 'phase' | 'step'>,
  error: unknown,
): StepProblem {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && cause.type !== null && cause.type !== undefined) {
    return { phase, step, code: cause.type, message: cause.message };
  }
  if (cause instanceof TimeoutFailure)
    return { phase, step, code: failureTypes.stepTimedOut, message: 'the step did not finish in time' };
  const code = cause instanceof Error ? cause.name : 'UnknownFailure';
  return { phase, step, code, message: 'the step failed in a way that it could not report' };
}
