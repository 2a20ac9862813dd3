import { idPrefixes } from '../../contracts/ids.js';
import { WEBHOOK_DISABLED } from '../../contracts/webhooks/events.js';
import { recordAudit } from '../audit/log.js';
import { execute, maybeOne, one, sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';
import { publishMessage } from './deliveries.js';

/** Disables an endpoint without an answer, once, with an audit entry and an event for others. */
export async function disableWebhook(tx: Tx, webhookId: string, reason: string): Promise<boolean> {
  const disabled = await maybeOne<{ url: string; at: string }>(
    tx,
    sql`update webhooks
           set is_active = false, disabled_reason = ${reason}, disabled_at = clock_timestamp(), version = version + 1,
               updated_at = clock_timestamp()
         where id = ${webhookId} and is_active
        returning url, disabled_at as at`,
  );
  if (disabled === undefined) return false;
  const { url, at } = disabled;
  await closePending(tx, webhookId);
  await recordAudit(tx, {
    actor: { system: 'webhook delivery' },
    action: 'disabled',
    resourceType: 'webhook',
    resourceId: webhookId,
    before: { isActive: true },
    after: { isActive: false },
    reason,
  });
  await publishMessage(tx, { type: WEBHOOK_DISABLED, at, data: { at, webhookId, url, reason } });
  return true;
}

/**
 * Ends the waiting deliveries of a disabled endpoint: canceled when a person disabled it. Otherwise they fail with a
 * dead letter each, because nobody decided to lose them.
 */
export async function closePending(tx: Tx, webhookId: string): Promise<number> {
  const { closed, failed } = await one<{ closed: number; failed: string[] }>(
    tx,
    sql`with closed as (
          update webhook_deliveries d
             set status = case when w.disabled_reason is null then 'canceled' else 'failed' end,
                 finished_at = clock_timestamp(), next_attempt_at = null
            from webhooks w
           where w.id = ${webhookId} and not w.is_active and d.webhook_id = w.id and d.status = 'pending'
          returning d.id, d.status)
        select count(*) as closed, coalesce(array_agg(id) filter (where status = 'failed'), '{}') as failed from closed`,
  );
  await insertDeliveryDeadLetters(tx, failed);
  return closed;
}

/** Once for a delivery, with every attempt of it. */
export async function insertDeliveryDeadLetters(tx: Tx, deliveryIds: readonly string[]): Promise<void> {
  if (deliveryIds.length === 0) return;
  await execute(
    tx,
    sql`insert into dead_letters (id, delivery_id, kind, input, errors)
        select sortable_id(${idPrefixes.deadLetter}), d.id, 'webhook-delivery',
               jsonb_strip_nulls(jsonb_build_object('webhookId', w.id, 'deliveryId', d.id, 'url', w.url,
                 'event', d.event_type, 'runId', d.run_id, 'pos', d.pos)),
               coalesce((
                 select jsonb_agg(jsonb_build_object('step', 'deliver', 'try', attempt, 'type', error,
                          'message', coalesce(detail, ''),
                          'at', to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) order by attempt)
                   from webhook_attempts where delivery_id = d.id and error is not null), '[]')
          from webhook_deliveries d join webhooks w on w.id = d.webhook_id
         where d.id = any(${[...deliveryIds]}::text[])
        on conflict (delivery_id) do nothing`,
  );
}
