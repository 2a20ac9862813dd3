import type { SqlStatus } from '../../contracts/sql/session.js';
import type { SqlRunRow } from '../../db/sql/find-run.js';
import { isFinal, type RunStatus } from '../../domain/runs/status.js';
import { pollAfterMs, queuedProgress, type SqlProgress } from '../../domain/sql/progress.js';

const sqlBase = '/api/v1/sql/cache';

export function statusUrl(id: string): string {
  return `${sqlBase}/status/${id}`;
}

export function resultsUrl(id: string): string {
  return `${sqlBase}/results/${id}`;
}

export interface QueueView {
  readonly position: number;
  readonly expectedStartMs: number | null;
}

/** How a run is getting on, as its poller reads it. */
export function statusView(run: SqlRunRow, queue: QueueView): SqlStatus {
  const status = statusOf(run.status);
  const progress = progressOf(run, status);
  return {
    session_id: run.id,
    job_id: run.id,
    status,
    progress_percentage: progress.percent,
    is_complete: status !== 'processing',
    phase: progress.phase,
    basis: progress.basis,
    waiting_on: status === 'processing' ? waitingOn(run) : null,
    temp_bytes: run.tempBytes,
    queue_position: queue.position,
    expected_start_ms: queue.expectedStartMs,
    row_count: run.rowCount,
    execution_ms: status === 'processing' ? run.elapsedMs : run.executionMs,
    eta_ms: progress.etaMs,
    poll_after_ms: pollAfterMs(progress.phase, run.elapsedMs ?? 0, progress.etaMs),
    attempt: run.attempt,
    cached: run.place === 'served',
    data_source: run.dataSource,
    ...(status === 'error' || status === 'canceled' ? { error: errorOf(run) } : {}),
  };
}

export function errorOf({ status, error }: Pick<SqlRunRow, 'status' | 'error'>): {
  code: string;
  message: string;
} {
  if (status === 'canceled') return { code: 'canceled', message: error?.message ?? 'It was canceled.' };
  return { code: error?.code ?? 'unknown_error', message: error?.message ?? 'unknown error' };
}

export function statusOf(status: RunStatus): SqlStatus['status'] {
  if (!isFinal(status)) return 'processing';
  if (status === 'completed') return 'completed';
  return status === 'canceled' ? 'canceled' : 'error';
}

function progressOf(run: SqlRunRow, status: SqlStatus['status']): SqlProgress {
  const reached: SqlProgress = { ...queuedProgress, ...run.progress };
  switch (status) {
    case 'completed':
      return { percent: 100, phase: 'completed', basis: reached.basis, etaMs: 0 };
    case 'error':
    case 'canceled':
      return { ...reached, phase: status, etaMs: null };
    case 'processing':
      return run.place === 'admitted' && reached.phase === 'queued'
        ? { percent: 10, phase: 'admitted', basis: 'none', etaMs: null }
        : reached;
  }
}

function waitingOn(run: SqlRunRow): string | null {
  if (run.place === 'following') return 'a run of the same statement';
  if (run.place === 'waiting') return 'a place';
  return run.waitingOn;
}
