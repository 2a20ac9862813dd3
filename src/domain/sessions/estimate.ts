import type { StepName } from './state.js';

/** A step that has no result yet. */
export interface RemainingStep {
  readonly phase: number;
  readonly step: StepName;
  /** How long its try has been running; null when none runs. */
  readonly runningMs: number | null;
}

/** How long a step of one template version took in earlier sessions. */
export interface StepMedian {
  readonly phase: number;
  readonly step: StepName;
  readonly samples: number;
  readonly medianMs: number;
}

export interface Estimate {
  readonly leftMs: number;
  /** Of the remaining step with the shortest history. */
  readonly samples: number;
}

/**
 * The work that is left: each remaining step by its median, less what the running one has taken already. Null unless each of
 * them has a history: a part of an estimate would be an invented one.
 */
export function estimateOf(
  remaining: readonly RemainingStep[],
  medians: readonly StepMedian[],
): Estimate | null {
  if (remaining.length === 0) return null;
  let leftMs = 0;
  let samples = Infinity;
  for (const { phase, step, runningMs } of remaining) {
    const known = medians.find((each) => each.phase === phase && each.step === step);
    if (known === undefined) return null;
    leftMs += Math.max(0, known.medianMs - (runningMs ?? 0));
    samples = Math.min(samples, known.samples);
  }
  return { leftMs, samples };
}
