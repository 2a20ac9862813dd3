/** The expected result and cost of a statement, before anything runs. */
export interface SqlEstimate {
  /** Null where the answer came too late. */
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly cost: number | null;
  /** `history`: the very same statement gave this many rows before. */
  readonly basis: 'plan' | 'history' | 'none';
  /** Of this fingerprint, as it really ran: the median of its last runs. */
  readonly usual_ms: number | null;
  readonly usual_rows: number | null;
  /** How many runs that rests on. */
  readonly learned_from: number;
}

/** Measurements of earlier runs. */
export interface SqlHistory {
  readonly usualMs: number | null;
  readonly usualRows: number | null;
  readonly runs: number;
  /** Rows that the same text with the same parameters gave last. */
  readonly sameStatementRows: number | null;
}

export interface SqlPlan {
  readonly rows: number;
  readonly width: number;
  readonly cost: number;
}

/**
 * Other constants may give other sizes. Only rows of the very same statement replace the plan's, never those of a
 * fingerprint. `rowLimit` bounds both.
 */
export function estimateOf(
  plan: SqlPlan | undefined,
  history: SqlHistory,
  rowLimit: number | undefined,
): SqlEstimate {
  const learned = { usual_ms: history.usualMs, usual_rows: history.usualRows, learned_from: history.runs };
  if (plan === undefined) return { rows: null, bytes: null, cost: null, basis: 'none', ...learned };
  const expected = history.sameStatementRows ?? plan.rows;
  const rows = Math.min(Math.round(expected), rowLimit ?? Infinity);
  const basis = history.sameStatementRows === null ? 'plan' : 'history';
  return { rows, bytes: Math.round(rows * plan.width), cost: plan.cost, basis, ...learned };
}

export function sizeInWords({ rows, bytes, cost }: SqlEstimate): string {
  if (rows === null) return 'Its size could not be estimated in time.';
  return `It is estimated at ${rows} rows and ${bytes} bytes, at a cost of ${cost}.`;
}

export interface SizeLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly cost: number;
}

/** The first of the limits that an estimate passes. A failed estimate passes the limit for asking. */
export function passedLimit(estimate: SqlEstimate, limits: SizeLimits): keyof SizeLimits | undefined {
  return (['rows', 'bytes', 'cost'] as const).find((size) => (estimate[size] ?? 0) > limits[size]);
}

export type SizeVerdict = 'run' | 'ask' | 'too_large';

export function judgeSize(
  estimate: SqlEstimate,
  limits: { readonly confirm: SizeLimits; readonly ceiling: SizeLimits },
  isConfirmed: boolean,
): SizeVerdict {
  if (passedLimit(estimate, limits.ceiling) !== undefined) return 'too_large';
  if (isConfirmed) return 'run';
  const isUnknown = estimate.basis === 'none';
  return isUnknown || passedLimit(estimate, limits.confirm) !== undefined ? 'ask' : 'run';
}

/** The top node of EXPLAIN (FORMAT JSON). */
export function planOf(explained: unknown): SqlPlan | undefined {
  const [first] = (Array.isArray(explained) ? explained : []) as { Plan?: Record<string, unknown> }[];
  const plan = first?.Plan;
  if (plan === undefined) return undefined;
  return {
    rows: Number(plan['Plan Rows'] ?? 0),
    width: Number(plan['Plan Width'] ?? 0),
    cost: Number(plan['Total Cost'] ?? 0),
  };
}
