import type { CotSessionInput, StepOutcome } from '../../contracts/sessions/workflow.js';
import type { SessionState } from '../../domain/sessions/state.js';
import { stepInput } from '../../domain/sessions/steps/step-input.js';
import type { StepPlace } from '../../domain/sessions/steps/steps-ahead.js';
import { sessionSteps } from './proxies.js';

/** Runs the step that is due; `goesOn`: and those that follow by themselves, while the model is quick. */
export function callStep(
  session: CotSessionInput,
  state: SessionState,
  { place, goesOn }: { readonly place: StepPlace; readonly goesOn: boolean },
): Promise<StepOutcome> {
  const { title } = state.plan.phases[place.phase - 1]!;
  const { runSessionStep } = sessionSteps(`${place.phase}. ${title}: ${place.step}`);
  const input = stepInput(session, state, place);
  return runSessionStep(goesOn ? { ...input, ahead: state } : input);
}
