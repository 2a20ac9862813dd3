import type { StepName } from './state.js';

/** A phase of one side of a comparison. */
export interface ComparedPhase {
  readonly key: string;
  readonly title: string;
  readonly number: number;
  /** Null: it has no output yet, or none that is left. */
  readonly digest: string | null;
}

export interface AlignedPhase {
  readonly key: string;
  readonly title: string;
  readonly left: ComparedPhase | null;
  readonly right: ComparedPhase | null;
  readonly state: 'equal' | 'changed' | 'only_left' | 'only_right' | 'none';
}

/** Phases with the same key belong together, whatever their number; those of the left side come in their order first. */
export function alignPhases(left: readonly ComparedPhase[], right: readonly ComparedPhase[]): AlignedPhase[] {
  const rest = new Map(right.map((phase) => [phase.key, phase]));
  const aligned = left.map((phase) => {
    const other = rest.get(phase.key) ?? null;
    rest.delete(phase.key);
    return pair(phase, other);
  });
  return [...aligned, ...[...rest.values()].map((phase) => pair(null, phase))];
}

function pair(left: ComparedPhase | null, right: ComparedPhase | null): AlignedPhase {
  const { key, title } = (left ?? right)!;
  return { key, title, left, right, state: stateOf(left?.digest ?? null, right?.digest ?? null) };
}

function stateOf(left: string | null, right: string | null): AlignedPhase['state'] {
  if (left === null && right === null) return 'none';
  if (left === null) return 'only_right';
  if (right === null) return 'only_left';
  return left === right ? 'equal' : 'changed';
}

export interface RunStep {
  readonly phase: number;
  readonly step: StepName;
  readonly attempt: number;
  readonly status: string;
  readonly sha256: string | null;
}

export interface EditedPhase {
  readonly phase: number;
  readonly attempt: number;
  readonly sha256: string;
}

/**
 * The output of each phase as it stood when an attempt ended. A redo discards its phase and all after it. A phase
 * belongs to the last redo, up to that attempt, at or before the phase. Where a redo began shows in the ledger: at the
 * first phase that ran in its attempt.
 */
export function outputsOfAttempt(
  attempt: number,
  {
    phaseCount,
    steps,
    edits,
  }: {
    readonly phaseCount: number;
    readonly steps: readonly RunStep[];
    readonly edits: readonly EditedPhase[];
  },
): (string | null)[] {
  const began = new Map<number, number>();
  for (const { attempt: of, phase } of steps) began.set(of, Math.min(began.get(of) ?? phase, phase));
  return Array.from({ length: phaseCount }, (_, index) => {
    const phase = index + 1;
    const candidates = [...began].filter(([of, from]) => of <= attempt && from <= phase).map(([of]) => of);
    const current = Math.max(1, ...candidates);
    const edited = edits.findLast((edit) => edit.phase === phase && edit.attempt === current);
    return edited?.sha256 ?? lastOutput(steps, phase, current);
  });
}

/** Only INTEGRATE makes an output; what a phase had before that was never handed on. */
function lastOutput(steps: readonly RunStep[], phase: number, attempt: number): string | null {
  const last = steps.findLast(
    (run) =>
      run.phase === phase &&
      run.attempt === attempt &&
      run.step === 'INTEGRATE' &&
      run.status === 'completed',
  );
  return last?.sha256 ?? null;
}
