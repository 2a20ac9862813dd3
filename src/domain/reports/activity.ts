import type { RunStatus } from '../runs/status.js';

/** The content of a report of the system's own activity, section by section. */
export interface ActivityData {
  readonly runs: {
    readonly total: number;
    readonly byKind: readonly KindFacts[];
    readonly timeline: Timeline;
    readonly recent: readonly RunFacts[];
  };
  readonly sessions: {
    readonly templates: readonly SessionCounts[];
    readonly standing: readonly StalledFacts[];
    readonly standingTotal: number;
  };
  readonly steps: { readonly steps: readonly StepFacts[] };
  readonly waiting: { readonly phases: readonly WaitFacts[]; readonly workMs: number };
  readonly usage: { readonly models: readonly ModelFacts[]; readonly days: readonly DayFacts[] };
  readonly failures: { readonly total: number; readonly recent: readonly FailureFacts[] };
}

export interface KindFacts {
  readonly kind: string;
  readonly status: RunStatus;
  readonly count: number;
  /** From start to end, of those that ended; null when none did. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

export interface Timeline {
  readonly unit: 'hour' | 'day';
  readonly buckets: readonly { readonly at: string; readonly ended: number; readonly failed: number }[];
}

export interface RunFacts {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly durationMs: number | null;
}

export interface FailureFacts extends RunFacts {
  readonly code: string;
  readonly message: string;
}

export interface SessionCounts {
  readonly template: string;
  readonly created: number;
  readonly open: number;
  readonly completed: number;
  readonly failed: number;
  readonly rejected: number;
  readonly canceled: number;
}

export interface StalledFacts {
  readonly id: string;
  readonly topic: string;
  readonly template: string;
  readonly reason: string;
  readonly unchangedMs: number;
}

export interface StepFacts {
  readonly template: string;
  readonly phase: number;
  readonly title: string | null;
  readonly step: string;
  readonly runs: number;
  readonly failed: number;
  readonly retries: number;
  readonly errorRate: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly totalMs: number;
}

export interface WaitFacts {
  readonly template: string;
  readonly phase: number;
  readonly decisions: number;
  readonly open: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly totalMs: number;
}

export interface ModelFacts {
  readonly template: string;
  readonly model: string;
  readonly provider: string;
  readonly steps: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly tokensCached: number;
  readonly costUsd: number;
  readonly unpricedSteps: number;
}

export interface DayFacts {
  readonly day: string;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly costUsd: number;
}
