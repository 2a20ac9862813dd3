import { isReached, type RedoPoint } from './redo-point.js';
import {
  emptyPhase,
  phaseAt,
  stepNames,
  type ContentRef,
  type PhaseState,
  type SessionState,
  type StepName,
} from './state.js';

export interface RerunPlan {
  readonly reused: readonly { phase: number; step: StepName; stepId: string }[];
  /** Have a result now, and will be run again. */
  readonly rerun: readonly RerunPlace[];
  /** Have none: they would have run anyway. */
  readonly pending: readonly RerunPlace[];
}

interface RerunPlace {
  readonly phase: number;
  readonly step: StepName;
}

/**
 * The steps that a redo or a fork from this point takes over, and those that it runs again. Null: the point was not
 * reached yet.
 */
export function planRerun(state: SessionState, from: RedoPoint): RerunPlan | null {
  if (!isReached(state, from)) return null;
  const places = state.plan.phases.flatMap((_phase, index) =>
    stepNames.map((step) => ({ phase: index + 1, step })),
  );
  const isBefore = (place: RedoPoint): boolean =>
    place.phase < from.phase ||
    (place.phase === from.phase && stepNames.indexOf(place.step) < stepNames.indexOf(from.step));
  const again = places.filter((place) => !isBefore(place));
  const hasResult = ({ phase, step }: RerunPlace): boolean =>
    phaseAt(state, phase).results[step] !== undefined;
  return {
    reused: places.filter(isBefore).map((place) => ({
      ...place,
      // A point that was reached has a result for every step before it.
      stepId: phaseAt(state, place.phase).results[place.step]!.stepId,
    })),
    rerun: again.filter(hasResult),
    pending: again.filter((place) => !hasResult(place)),
  };
}

/** The first phases of a fork. Whole ones count as approved, and the one it starts in keeps its earlier steps. */
export function inheritedPhases(
  state: SessionState,
  from: RedoPoint,
  {
    instructions,
    newStepIds,
  }: { readonly instructions: ContentRef | null; readonly newStepIds: ReadonlyMap<string, string> },
): PhaseState[] {
  const takeOver = (phase: PhaseState, steps: readonly StepName[]): PhaseState['results'] =>
    Object.fromEntries(
      steps.flatMap((step) => {
        const result = phase.results[step];
        if (result === undefined) return [];
        return [[step, { ...result, attempt: 1, stepId: newStepIds.get(result.stepId) ?? result.stepId }]];
      }),
    );
  const whole = state.phases.slice(0, from.phase - 1).map((phase): PhaseState => ({
    ...phase,
    attempt: 1,
    approved: true,
    results: takeOver(phase, stepNames),
  }));
  const kept = stepNames.slice(0, stepNames.indexOf(from.step));
  return [...whole, { ...emptyPhase, results: takeOver(phaseAt(state, from.phase), kept), instructions }];
}
