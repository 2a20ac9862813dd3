import { Refusal } from '../../contracts/refusal.js';
import { WEBHOOK_TEST } from '../../contracts/webhooks/events.js';
import type { Tx } from '../../db/base/transaction.js';
import {
  findDelivery,
  queueMessage,
  redeliverWebhook,
  type Redelivery,
} from '../../db/webhooks/deliveries.js';
import { lockWebhook } from '../../db/webhooks/webhooks.js';
import { auditWebhook, type WebhookCause } from './audit.js';

export async function sendDeliveryAgain(
  tx: Tx,
  { deliveryId, ...cause }: WebhookCause & { readonly deliveryId: string },
): Promise<Redelivery> {
  if ((await findDelivery(tx, cause.id, deliveryId)) === undefined) throw new Refusal('not_found');
  const made = await redeliverWebhook(tx, deliveryId);
  if (made === undefined) throw new Refusal('not_found');
  await auditWebhook(tx, cause, { action: 'redelivered', after: { deliveryId, as: made.id } });
  return made;
}

export async function sendTestMessage(tx: Tx, cause: WebhookCause): Promise<Redelivery> {
  const { id, principal } = cause;
  const webhook = await lockWebhook(tx, id);
  if (!webhook.isActive) throw new Refusal('conflict', { detail: 'The webhook is switched off.' });
  const at = new Date().toISOString();
  const data = { at, webhookId: id, by: principal.userId };
  const deliveryId = await queueMessage(tx, id, { type: WEBHOOK_TEST, at, data });
  await auditWebhook(tx, cause, { action: 'tested', after: { deliveryId } });
  return { id: deliveryId, webhookId: id };
}
