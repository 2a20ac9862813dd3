import type { SessionProgress } from './progress.js';

/** A session as its readers see it, whichever way they ask: route, query, update or event. */
export type ShownProgress = Omit<SessionProgress, 'waitingSinceMs' | 'deadlineAtMs'> & {
  waitingSince: string | null;
  deadlineAt: string | null;
};

/** The part that depends on the viewer and the time. */
export interface ProgressTimes {
  elapsedMs: number;
  waitMs: number;
  etaMs: number | null;
  etaBasis: string | null;
  updatedAt: string;
}

/** For events: what was true at that moment and stays true. */
export function shownProgress(progress: SessionProgress): ShownProgress {
  const { waitingSinceMs, deadlineAtMs, ...shown } = progress;
  return { ...shown, waitingSince: timeOf(waitingSinceMs), deadlineAt: timeOf(deadlineAtMs) };
}

/**
 * For the person who asks. Nobody waits for longer than the session is old, whichever clocks the two were taken from.
 */
export function progressView(progress: SessionProgress, times: ProgressTimes): ShownProgress & ProgressTimes {
  return { ...shownProgress(progress), ...times, waitMs: Math.min(times.waitMs, times.elapsedMs) };
}

export function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
