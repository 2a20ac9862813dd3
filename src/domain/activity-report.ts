import type { RunStatus } from './run-status.js';

/** What a report of the system's own activity says, whatever it is rendered to. */
export interface ActivityFacts {
  readonly title: string;
  /** `own`: only the runs of who asked. */
  readonly scope: 'own' | 'everybody';
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly byKind: readonly KindFacts[];
  readonly recent: readonly RunFacts[];
  readonly failures: readonly (RunFacts & { readonly code: string; readonly message: string })[];
}

export interface KindFacts {
  readonly kind: string;
  readonly status: RunStatus;
  readonly count: number;
  /** From start to end, of those that ended; null when none did. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

export interface RunFacts {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly durationMs: number | null;
}

/** `340 ms`, `12.3 s`, `4 min 05 s`, `3 h 20 min`; a dash when there is none. */
export function humanDuration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
