import { setTimeout } from 'node:timers/promises';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
/** A restart, a failover, a minute of nothing at all: after this the try ends, and what it had under way is unknown. */
const PATIENCE_MS = 10 * 60_000;

/** SQLSTATEs of a server that goes away, comes back, or is full for the moment. */
const PASSING = /^(08...|57P0[1-5]|53...|40001|40P01)$/;

/** Whether PostgreSQL is away, and not the statement wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined) return PASSING.test(code) || /^E(CONN|PIPE|TIMEDOUT|HOST|NET|AI_)/.test(code);
  return /terminat|timeout|not queryable|connection/i.test(error.message);
}

/** Tries again while PostgreSQL is away: what has happened outside must not be forgotten because of it. */
export async function insist<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + PATIENCE_MS;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || performance.now() > until || !isDatabaseAway(error)) throw error;
      await setTimeout(waitMs, undefined, { signal });
    }
  }
}
