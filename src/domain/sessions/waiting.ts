import type { SessionState } from './state.js';

/**
 * The time in which a session waits for a person. It waits at a gate, before a manual step, in attention, or paused.
 * Each moment counts once: a session paused at a gate waits once, not twice.
 */
export function waitMsOf(state: SessionState, nowMs: number): number {
  const current = standsStill(state) ? Math.max(0, nowMs - sinceMs(state, nowMs)) : 0;
  return (state.waitedMs ?? 0) + current;
}

interface ReadTimes {
  readonly createdAt: string;
  /** The age of the session as its times were read: only what came after is added. */
  readonly elapsedMs: number;
  readonly waitMs: number;
  readonly isWaiting: boolean;
  readonly hasEnded: boolean;
}

/** Work and waiting apart, some time after they were read. */
export function timesAt(
  read: ReadTimes,
  nowMs: number,
): { readonly workMs: number; readonly waitMs: number } {
  const { createdAt, elapsedMs, waitMs, isWaiting, hasEnded } = read;
  const later = hasEnded ? 0 : Math.max(0, nowMs - Date.parse(createdAt) - elapsedMs);
  const workMs = Math.max(0, elapsedMs - waitMs);
  return isWaiting ? { workMs, waitMs: waitMs + later } : { workMs: workMs + later, waitMs };
}

/** Since when it waits for what it waits for now; null when nobody has to act. */
export function waitingSinceOf(state: SessionState): number | null {
  const { ending, waiting, pausedAtMs } = state;
  if (ending !== null) return null;
  if (waiting.kind === 'gate') return waiting.gate.openedAtMs;
  return waiting.kind === 'nothing' ? pausedAtMs : (state.waitingSinceMs ?? pausedAtMs);
}

/** A change with the waits that ended or began with it. */
export function withWaits(before: SessionState, after: SessionState, nowMs: number): SessionState {
  const stands = standsStill(after);
  const same = before.waiting.kind === after.waiting.kind && stands === standsStill(before);
  if (same) return after;
  return { ...after, waitedMs: waitMsOf(before, nowMs), waitingSinceMs: stands ? nowMs : null };
}

function standsStill({ ending, waiting, pausedAtMs }: SessionState): boolean {
  return ending === null && (waiting.kind !== 'nothing' || pausedAtMs !== null);
}

/** A state that was handed over by an older version says it only of gates and pauses. */
function sinceMs(state: SessionState, nowMs: number): number {
  return state.waitingSinceMs ?? waitingSinceOf(state) ?? nowMs;
}
