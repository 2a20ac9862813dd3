/**
 * How far a statement is, and what that rests on. PostgreSQL says nothing about a statement that runs.
 *
 * P1. 0 queued, 10 admitted, 25 planned, 50 rows are coming, 99 stored; 100 only when the result can be read.
 * P2. Before the first row only the usual duration of this statement moves the value, and never to 50.
 * P3. It never goes back, whatever is learned on the way.
 * P4. An expectation that turned out wrong is not used any further.
 */
export const progressBases = ['none', 'history', 'plan_rows', 'rows_fetched', 'duckdb'] as const;
export type ProgressBasis = (typeof progressBases)[number];

export const runPhases = [
  'queued',
  'admitted',
  'planned',
  'running',
  'fetching',
  'storing',
  'completed',
  'error',
  'canceled',
] as const;
export type SqlPhase = (typeof runPhases)[number];

export interface SqlProgress {
  readonly percent: number;
  readonly phase: SqlPhase;
  readonly basis: ProgressBasis;
  readonly etaMs: number | null;
}

export const queuedProgress: SqlProgress = { percent: 0, phase: 'queued', basis: 'none', etaMs: null };

/** The known facts of a statement at a moment. */
export interface SqlEvidence {
  readonly phase: Exclude<SqlPhase, 'queued' | 'completed' | 'error' | 'canceled'>;
  /** Since the statement began. */
  readonly elapsedMs: number;
  /** Since the first row came. */
  readonly fetchingMs: number;
  readonly rows: number;
  /** Of this fingerprint, as it really ran. */
  readonly usualMs: number | null;
  readonly usualRows: number | null;
  readonly planRows: number | null;
  /** DuckDB's own, 0 to 100. */
  readonly enginePercent: number | null;
}

const floors = { admitted: 10, planned: 25, running: 25, fetching: 50, storing: 99 } as const;
/** At this many rows without any expectation half of the way from 50 to 99 is gone. */
const HALF_WAY_ROWS = 200_000;

export function progressOf(evidence: SqlEvidence, before: SqlProgress = queuedProgress): SqlProgress {
  const { percent, basis, etaMs } = judged(evidence);
  const { phase } = evidence;
  if (percent >= before.percent) return { percent, phase, basis, etaMs };
  return { percent: before.percent, phase, basis: before.basis, etaMs };
}

type Judgement = Omit<SqlProgress, 'phase'>;

function judged(evidence: SqlEvidence): Judgement {
  switch (evidence.phase) {
    case 'admitted':
    case 'planned':
      return { percent: floors[evidence.phase], basis: 'none', etaMs: evidence.usualMs };
    case 'running':
      return whileRunning(evidence);
    case 'fetching':
      return whileFetching(evidence);
    case 'storing':
      return { percent: floors.storing, basis: 'rows_fetched', etaMs: 0 };
  }
}

function whileRunning({ elapsedMs, usualMs, enginePercent }: SqlEvidence): Judgement {
  const floor = floors.running;
  if (enginePercent !== null && enginePercent > 0) {
    const etaMs = Math.round((elapsedMs * (100 - enginePercent)) / enginePercent);
    return { percent: floor + Math.floor(0.24 * enginePercent), basis: 'duckdb', etaMs };
  }
  if (usualMs === null || usualMs <= 0) return { percent: floor, basis: 'none', etaMs: null };
  const part = elapsedMs / usualMs;
  if (part >= 1) return { percent: 49, basis: 'history', etaMs: null };
  return { percent: floor + Math.floor(24 * part), basis: 'history', etaMs: Math.round(usualMs - elapsedMs) };
}

function whileFetching({ rows, usualRows, planRows, fetchingMs }: SqlEvidence): Judgement {
  for (const [expected, basis] of [
    [usualRows, 'history'],
    [planRows, 'plan_rows'],
  ] as const) {
    if (expected === null || expected <= 0 || rows >= expected) continue;
    const percent = floors.fetching + Math.floor((48 * rows) / expected);
    const etaMs = rows === 0 ? null : Math.round((fetchingMs * (expected - rows)) / rows);
    return { percent, basis, etaMs };
  }
  const part = rows / (rows + HALF_WAY_ROWS);
  return { percent: floors.fetching + Math.floor(48 * part), basis: 'rows_fetched', etaMs: null };
}

/** When to ask again: soon while it is young or nearly done, seldom when it takes long. */
export function pollAfterMs(phase: SqlPhase, elapsedMs: number, etaMs: number | null): number {
  if (phase === 'completed' || phase === 'error' || phase === 'canceled') return 0;
  if (phase === 'queued') return 500;
  const byAge = elapsedMs < 5_000 ? 200 : elapsedMs < 60_000 ? 500 : elapsedMs < 300_000 ? 1_000 : 2_000;
  return etaMs === null ? byAge : Math.max(200, Math.min(byAge, Math.round(etaMs / 2)));
}
