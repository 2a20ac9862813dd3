import { activityInfo } from '@temporalio/activity';
import type { WorkerDeps } from '../../../src/workers/worker.js';
import { watching } from './seen-activities.js';

type Activities = WorkerDeps['activities'];

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
