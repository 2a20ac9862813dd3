import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { isDatabaseOutage } from '../../db/base/outage.js';

const FIRST_MS = 200;
const LONGEST_MS = 60_000;

/**
 * A projection that failed, as Temporal is to try it again. PostgreSQL's absence is waited for in short steps: each
 * session shall go on within seconds of its return. Any other fault stays until it is mended. Each try is a few events
 * of the history, so the last ones come once a minute.
 */
export function retryLater(error: unknown): unknown {
  if (isDatabaseOutage(error) || error instanceof ApplicationFailure || !(error instanceof Error))
    return error;
  const nextRetryDelay = Math.min(FIRST_MS * 2 ** (activityInfo().attempt - 1), LONGEST_MS);
  const { message, name: type } = error;
  return ApplicationFailure.create({ message, type, nextRetryDelay, cause: error });
}
