export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

interface Figure {
  readonly value: number;
  readonly wanted: number;
  readonly unit?: string;
  /** The least that it can be, and of what. */
  readonly least?: number;
  readonly of?: string;
}

/** Prints the figure, whether it meets the goal, and its ratio to the lower bound. */
export function say(name: string, { value, wanted, unit = 'ms', least, of }: Figure): void {
  const verdict = value <= wanted ? 'ok' : 'MISSED';
  const ratio = least === undefined ? '' : `, ${(value / least).toFixed(1)} times ${of}`;
  console.log(`${name}: ${value.toFixed(1)} ${unit} (wanted ${wanted}: ${verdict})${ratio}`);
}
