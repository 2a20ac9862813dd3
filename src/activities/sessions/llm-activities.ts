import type { SessionActivities } from '../../contracts/sessions/workflow.js';
import { runSessionStep } from './run-step.js';
import type { SessionStepDeps } from './step-try.js';

/** The steps of `cotSession`. */
export function createSessionStepActivities(
  deps: SessionStepDeps,
): Pick<SessionActivities, 'runSessionStep'> {
  return { runSessionStep: (input) => runSessionStep(deps, input) };
}
