/** An axis of values: round marks from the lowest to the highest, with zero among them. */
export interface ValueScale {
  readonly marks: readonly number[];
  /** The place of a value: 0 at the lowest mark, 1 at the highest. */
  shareOf(value: number): number;
}

export function valueScale(values: readonly number[], mostSteps = 5): ValueScale {
  const [low, high] = values.reduce(
    ([lowest, highest], value) => [Math.min(lowest, value), Math.max(highest, value)],
    [0, 0],
  );
  const step = roundStep(low === high ? 1 : high / mostSteps - low / mostSteps);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  const marks = Array.from({ length: last - first + 1 }, (_, index) => rounded((first + index) * step));
  // In steps: the distance of the largest numbers is no number.
  return { marks, shareOf: (value) => (value / step - first) / (last - first) };
}

/** 1, 2, 5, 10, 20 …, and at least as large. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((each) => each * power >= least) ?? 10;
  return Math.max(factor * power, Number.MIN_VALUE);
}

/** 3 × 0.1 is 0.3 to a reader. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
