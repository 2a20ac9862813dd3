import type { Pool } from 'pg';
import { claimWakings, type WakingWebhook } from '../db/webhook-wake.js';

export interface WakeWebhooksDeps {
  readonly pool: Pool;
  /** Starts the webhook's workflow, or tells the one that runs. */
  readonly wakeWebhook: (webhook: WakingWebhook) => Promise<void>;
}

/** Wakes every webhook that has something due and nobody at work. One that fails is found again in seconds. */
export async function wakeWebhooks({ pool, wakeWebhook }: WakeWebhooksDeps): Promise<number> {
  const idle = await claimWakings(pool);
  const woken = await Promise.allSettled(idle.map(wakeWebhook));
  return woken.filter(({ status }) => status === 'fulfilled').length;
}
