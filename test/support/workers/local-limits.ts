import { activityInfo } from '@temporalio/activity';
import type { WorkerDeps } from '../../../src/workers/worker.js';
import type { TestDatabase } from '../servers/database.js';
import type { TestTemporal } from '../servers/temporal.js';
import { watching } from './seen-activities.js';
import { withWorker, type TestWorkerOptions } from './worker.js';

type Activities = WorkerDeps['activities'];

/** The limits of a projection: an outage of PostgreSQL ends none. */
export const TRIED_FOR_EVER = '10000 ms; any number of tries, 200 ms × 2 up to 10000 ms';

/** Notes the time and the retries of each local activity, in words. They leave none of it in the history. */
export function notingLocalLimits(noted: Record<string, string>): (made: Activities) => Activities {
  return watching(() => {
    const { isLocal, activityType, startToCloseTimeoutMs, retryPolicy } = activityInfo();
    if (isLocal) noted[activityType] = `${startToCloseTimeoutMs} ms; ${triesOf(retryPolicy)}`;
    return Promise.resolve();
  });
}

function triesOf(policy: ReturnType<typeof activityInfo>['retryPolicy']): string {
  const { maximumAttempts = 0, initialInterval, backoffCoefficient, maximumInterval } = policy ?? {};
  if (maximumAttempts === 1) return 'one try';
  const tries = maximumAttempts === 0 ? 'any number of' : maximumAttempts;
  return `${tries} tries, ${initialInterval} ms × ${backoffCoefficient} up to ${maximumInterval} ms`;
}

/** The limits of the local activities that ran on a worker around `work`. */
export async function limitsDuring(
  { database, temporal }: { readonly database: Pick<TestDatabase, 'pool'>; readonly temporal: TestTemporal },
  work: () => Promise<unknown>,
  options: TestWorkerOptions = {},
): Promise<Record<string, string>> {
  const noted: Record<string, string> = {};
  await withWorker(database, temporal, { ...options, activities: notingLocalLimits(noted) }, work);
  return noted;
}
