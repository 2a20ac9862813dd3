import { Problem } from '../http/problems.js';
import {
  findDelivery,
  listDeliveries,
  messageOf,
  queueMessage,
  redeliverWebhook,
  type Redelivery,
} from '../../db/webhooks/deliveries.js';
import { findWebhook, lockWebhook } from '../../db/webhooks/webhooks.js';
import { webhookBody } from '../../domain/webhooks/body.js';
import { WEBHOOK_TEST } from '../../contracts/webhooks/events.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route, type Reply } from '../http/route.js';
import { webhookRoutes } from '../../contracts/webhooks/routes.js';
import { audit } from './webhooks.js';

export function createWebhookDeliveryRoutes(deps: { readonly pager: Pager }): Route[] {
  return [listRoute(deps), getRoute(), redeliverRoute(), testRoute()];
}

function listRoute({ pager }: { readonly pager: Pager }): Route {
  return implement(webhookRoutes.listWebhookDeliveries, async ({ path, params: { id }, query }, db) => {
    const filters = { webhookId: id, status: query.status };
    const scope = { list: 'webhook-deliveries', filters };
    const request = pager.request(scope, query);
    if ((await findWebhook(db, id)) === undefined) throw new Problem('not_found');
    const rows = await listDeliveries(db, filters, request);
    const page = pager.page(scope, request, rows, (row) => ({ at: row.createdAt, id: row.id }));
    return pageReply(path, query, page);
  });
}

function getRoute(): Route {
  return implement(webhookRoutes.getWebhookDelivery, async ({ params: { id, deliveryId } }, db) => {
    const found = await findDelivery(db, id, deliveryId);
    if (found === undefined) throw new Problem('not_found');
    const { message, ...delivery } = found;
    return reply(200, { ...delivery, body: JSON.parse(webhookBody(messageOf(message))) as unknown });
  });
}

function redeliverRoute(): Route {
  return implement(
    webhookRoutes.redeliverWebhook,
    async ({ params: { id, deliveryId }, principal, origin }, tx) => {
      if ((await findDelivery(tx, id, deliveryId)) === undefined) throw new Problem('not_found');
      const made = await redeliverWebhook(tx, deliveryId);
      if (made === undefined) throw new Problem('not_found');
      await audit(
        tx,
        { principal, origin, id },
        { action: 'redelivered', after: { deliveryId, as: made.id } },
      );
      return acceptedDelivery(made);
    },
  );
}

function testRoute(): Route {
  return implement(webhookRoutes.testWebhook, async ({ params: { id }, principal, origin }, tx) => {
    const webhook = await lockWebhook(tx, id);
    if (!webhook.isActive) throw new Problem('conflict', { detail: 'The webhook is switched off.' });
    const at = new Date().toISOString();
    const data = { at, webhookId: id, by: principal.userId };
    const deliveryId = await queueMessage(tx, id, { type: WEBHOOK_TEST, at, data });
    await audit(tx, { principal, origin, id }, { action: 'tested', after: { deliveryId } });
    return acceptedDelivery({ id: deliveryId, webhookId: id });
  });
}

function acceptedDelivery({ id, webhookId }: Redelivery): Reply {
  const statusUrl = `/api/v1/webhooks/${webhookId}/deliveries/${id}`;
  return reply(202, { deliveryId: id, statusUrl }, { Location: statusUrl, 'Retry-After': '3' });
}
