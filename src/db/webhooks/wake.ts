import { execute, many, sql, type Db } from '../base/sql.js';

export interface WakingWebhook {
  readonly id: string;
  readonly url: string;
}

/** A waker that dies before its signal is replaced after this time. */
const CLAIM_SECONDS = 10;

/** Endpoints with something due and nobody at work on it, `most` of them. Each is given to one waker, however many ask. */
export function claimWakings(db: Db, most: number): Promise<WakingWebhook[]> {
  return many<WakingWebhook>(
    db,
    sql`with idle as (
          select id from webhooks w
           where (busy_until is null or busy_until < now())
             and (hold_until is null or hold_until <= now() or not is_active)
             and exists (select from webhook_deliveries d
                          where d.webhook_id = w.id and d.status in ('pending', 'delivering')
                            and (d.next_attempt_at <= clock_timestamp() or not w.is_active))
           limit ${most}
             for no key update skip locked)
        update webhooks set busy_until = now() + make_interval(secs => ${CLAIM_SECONDS})
         where id in (select id from idle)
        returning id, url`,
  );
}

/**
 * They were claimed and could not be signaled. A workflow that did get its signal gets a second one, which is
 * harmless.
 */
export async function releaseWakings(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await execute(db, sql`update webhooks set busy_until = null where id = any(${[...ids]}::text[])`);
}
