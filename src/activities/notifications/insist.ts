import { setTimeout } from 'node:timers/promises';
import { isDatabaseOutage } from '../../db/base/outage.js';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
/** A restart or a failover fits into this time. After it the try ends, and its message under way is unknown. */
const PATIENCE_MS = 10 * 60_000;

/** Tries again while PostgreSQL is away: what has happened outside must not be forgotten because of it. */
export async function insist<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + PATIENCE_MS;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || performance.now() > until || !isDatabaseOutage(error)) throw error;
      await setTimeout(waitMs, undefined, { signal });
    }
  }
}
