import { dueStep, phaseAt, stepNames, type SessionState, type StepName } from './state.js';

/** The step from which a redo or a fork runs again. */
export interface RedoPoint {
  readonly phase: number;
  readonly step: StepName;
}

/** Each step before it has a result. */
export function isReached(state: SessionState, from: RedoPoint): boolean {
  if (from.phase < 1 || from.phase > state.plan.phases.length) return false;
  const earlierDone = state.phases.slice(0, from.phase - 1).every((phase) => dueStep(phase) === null);
  const due = dueStep(phaseAt(state, from.phase));
  const reached = due === null ? stepNames.length : stepNames.indexOf(due);
  return earlierDone && stepNames.indexOf(from.step) <= reached;
}

/** A redo begins in a phase that has begun. A fork may begin with the next one. */
export function canRedo(state: SessionState, from: RedoPoint): boolean {
  return from.phase <= state.phase && isReached(state, from);
}
