import { setTimeout } from 'node:timers/promises';
import { wakeWebhooks, type WakeWebhooksDeps } from '../activities/wake-webhooks.js';
import { webhooksDueChannel } from '../contracts/names.js';
import type { Announcements } from '../platform/announcements.js';
import type { Logger } from '../platform/logger.js';

/** What is announced within this time is looked at in one go. */
const GATHER_MS = 20;

export interface WebhookWaker {
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Wakes the workflows of webhooks the moment a commit announces something for them. What it misses the sweeper finds. */
export function startWebhookWaker(
  announcements: Pick<Announcements, 'on'>,
  deps: WakeWebhooksDeps,
  logger: Logger,
): WebhookWaker {
  let queue = Promise.resolve();
  let isAsked = false;
  let isStopped = false;
  const look = async (): Promise<void> => {
    await setTimeout(GATHER_MS);
    // Before looking: what is announced from now on may be too late for this look.
    isAsked = false;
    if (isStopped) return;
    await wakeWebhooks(deps).catch((error: unknown) =>
      logger.warn({ err: error }, 'webhooks could not be woken; the sweeper tries again'),
    );
  };
  const ask = (): void => {
    if (isAsked || isStopped) return;
    isAsked = true;
    queue = queue.then(look);
  };
  announcements.on(webhooksDueChannel, { onMessage: ask, onListening: ask });
  return {
    async stop() {
      isStopped = true;
      await queue;
    },
  };
}
