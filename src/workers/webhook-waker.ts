import { setTimeout } from 'node:timers/promises';
import { wakeWebhooks, type WakeWebhooksDeps } from '../activities/webhooks/wake.js';
import { webhooksDueChannel } from '../contracts/names.js';
import type { Announcements } from '../platform/announcements.js';
import type { Logger } from '../platform/logger.js';

/** Announcements within this time are handled in one look. */
const GATHER_MS = 20;

/** Wait after a failed wake-up: twice as long each time, then it is the sweeper's. */
const AGAIN_MS = [500, 1_000, 2_000, 4_000] as const;

export interface WebhookWaker {
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * Wakes the workflows of webhooks the moment a commit announces something for them. The sweeper finds what it misses.
 */
export function startWebhookWaker(
  announcements: Pick<Announcements, 'on'>,
  deps: WakeWebhooksDeps,
  logger: Logger,
): WebhookWaker {
  let queue = Promise.resolve();
  const stopping = new AbortController();
  let isAsked = false;
  let failedLooks = 0;
  const look = async (): Promise<void> => {
    await pause(GATHER_MS, stopping.signal);
    // Before looking: what is announced from now on may be too late for this look.
    isAsked = false;
    if (stopping.signal.aborted) return;
    const err = await wakeWebhooks(deps).then(({ failures }) => failures[0], asError);
    failedLooks = err === undefined ? 0 : failedLooks + 1;
    if (err === undefined) return;
    logger.warn({ err }, 'webhooks could not be woken');
    const againMs = AGAIN_MS[failedLooks - 1];
    if (againMs === undefined) return;
    await pause(againMs, stopping.signal);
    ask();
  };
  const ask = (): void => {
    if (isAsked || stopping.signal.aborted) return;
    isAsked = true;
    queue = queue.then(look);
  };
  announcements.on(webhooksDueChannel, { onMessage: ask, onListening: ask });
  return {
    async stop() {
      stopping.abort();
      await queue;
    },
  };
}

/** Ends early, without an error, when it is time to stop. */
const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

const asError = (error: unknown): unknown => error ?? new Error('it failed without an error');
