import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import type { StepProblem } from '../../domain/sessions/state.js';
import type { StepPlace } from '../../domain/sessions/steps/steps-ahead.js';
import type { SessionFact } from '../../domain/sessions/transitions.js';

/** The fact for the machine that this step failed. */
export function stepFailed(place: StepPlace, error: unknown): SessionFact {
  const { stepId, attempt } = place;
  return { kind: 'step_failed', stepId, attempt, problem: problemOf(place, error) };
}

/** A failed step, as readers see it. Our own failures carry a text for them; any other is named by its kind. */
function problemOf({ phase, step }: Pick<StepProblem, 'phase' | 'step'>, error: unknown): StepProblem {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  // A person who fails the activity with the CLI gives an empty type.
  if (cause instanceof ApplicationFailure && cause.type)
    return { phase, step, code: cause.type, message: cause.message };
  if (cause instanceof TimeoutFailure)
    return { phase, step, code: failureTypes.stepTimedOut, message: 'the step did not finish in time' };
  const code = cause instanceof Error ? cause.name : 'UnknownFailure';
  return { phase, step, code, message: 'the step failed in a way that it could not report' };
}
