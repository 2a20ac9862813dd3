import { log } from '@temporalio/activity';
import { isDatabaseOutage } from '../../db/base/outage.js';
import { recallOf } from './lease.js';

const FIRST_WAIT_MS = 100;
/** PostgreSQL may be away for hours, and each session shall go on within seconds of its return. */
const LONGEST_WAIT_MS = 2_000;

/**
 * Retries `work` until PostgreSQL takes it. An outage is not a failure of the step: its answer may be paid for. `work`
 * may have been committed although its answer was lost, so doing it twice must be doing it once. It ends early when
 * the try is lost: another one has the step then.
 */
export async function outlast<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseOutage(error) || recallOf() === 'lost') throw error;
      if (waitMs === FIRST_WAIT_MS) log.warn('a step waits for PostgreSQL', { error });
    }
    // Not cut short by a cancel or a shutdown: what the try has used is still to be written down.
    await new Promise((resolve) => setTimeout(resolve, waitMs * (0.75 + Math.random() / 2)));
  }
}
