import type { FinishedStep } from '../../../contracts/sessions/workflow.js';
import { stepIdBehind } from '../derived-ids.js';
import { applyFact, nextAction } from '../machine.js';
import type { SessionState, StepName } from '../state.js';

export interface StepPlace {
  readonly stepId: string;
  readonly phase: number;
  readonly step: StepName;
  readonly attempt: number;
}

/**
 * The step that follows by itself behind `done` others of the activity that began with the step `firstId`. Null where
 * the workflow decides: at a gate, a trigger, a pause, the end. Each try of the activity finds the same id.
 */
export function stepAhead(state: SessionState, firstId: string, done: number): StepPlace | null {
  const action = nextAction(state);
  if (action.kind !== 'run_step') return null;
  const { phase, step, attempt } = action;
  return { stepId: stepIdBehind(firstId, done), phase, step, attempt };
}

export function withFinished(
  state: SessionState,
  { phase, step, result }: FinishedStep,
  nowMs: number,
): SessionState {
  return applyFact(state, { kind: 'step_finished', phase, step, result }, nowMs).state;
}

/** All steps that an activity may run before the workflow decides again, in their order. */
export function possibleSteps(from: SessionState, firstId: string): StepPlace[] {
  const places: StepPlace[] = [];
  let state = from;
  for (
    let place = stepAhead(state, firstId, 0);
    place !== null;
    place = stepAhead(state, firstId, places.length)
  ) {
    places.push(place);
    const { stepId, attempt, phase, step } = place;
    const result = { stepId, attempt, ref: { sha256: '', bytes: 0, preview: '' } };
    state = withFinished(state, { phase, step, result }, 0);
  }
  return places;
}
