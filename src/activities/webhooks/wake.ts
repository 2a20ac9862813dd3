import type { Pool } from 'pg';
import { claimWakings, releaseWakings, type WakingWebhook } from '../../db/webhooks/wake.js';

export interface WakeWebhooksDeps {
  readonly pool: Pool;
  /** Starts the webhook's workflow, or signals the running one. */
  readonly wakeWebhook: (webhook: WakingWebhook) => Promise<void>;
}

export interface Wakings {
  readonly woken: number;
  /** The reason for the others: the next look finds them again. */
  readonly failures: readonly unknown[];
}

/** So few at once that none of them spends its deadline in a queue behind the others. */
const AT_ONCE = 10;

/** Wakes every webhook that has something due and nobody at work. */
export async function wakeWebhooks({ pool, wakeWebhook }: WakeWebhooksDeps): Promise<Wakings> {
  const failures: unknown[] = [];
  let woken = 0;
  for (;;) {
    const idle = await claimWakings(pool, AT_ONCE);
    const outcomes = await Promise.allSettled(idle.map(wakeWebhook));
    const left = idle.filter((_, index) => outcomes[index]?.status === 'rejected');
    woken += idle.length - left.length;
    failures.push(
      ...outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : [])),
    );
    await releaseWakings(
      pool,
      left.map(({ id }) => id),
    );
    // A server that does not answer is not asked for all the others as well.
    if (idle.length < AT_ONCE || failures.length > 0) return { woken, failures };
  }
}
