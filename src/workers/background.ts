import type { Client } from '@temporalio/client';
import type { WakeWebhooksDeps } from '../activities/webhooks/wake.js';
import { watchBadEnds, type BadEndsDeps } from '../activities/runs/bad-ends.js';
import type { Announcements } from '../platform/announcements.js';
import type { Logger } from '../platform/logger.js';
import { keepSchedules } from './schedules.js';
import { startWebhookWaker } from './webhook-waker.js';

export interface BackgroundDeps extends WakeWebhooksDeps, BadEndsDeps {
  readonly client: Client;
  /** Not started yet. */
  readonly announcements: Announcements;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The work of a worker process beside its tasks, until the signal; `ended` waits for the rest. */
export function startBackground(deps: BackgroundDeps): { ended(): Promise<void> } {
  const { client, announcements, logger, signal } = deps;
  const schedules = keepSchedules(client, logger, signal);
  const waker = startWebhookWaker(announcements, deps, logger);
  const badEnds = watchBadEnds(deps, {
    signal,
    onError: (err) => logger.warn({ err }, 'could not look for workflows that ended on Temporal'),
  });
  announcements.start();
  return {
    async ended() {
      await Promise.all([schedules, waker.stop(), badEnds]);
    },
  };
}
