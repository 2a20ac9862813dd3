import { webhookRoutes } from '../../contracts/webhooks/routes.js';
import { findDelivery, listDeliveries, messageOf, type Redelivery } from '../../db/webhooks/deliveries.js';
import { findWebhook } from '../../db/webhooks/webhooks.js';
import { webhookBody } from '../../domain/webhooks/body.js';
import { sendDeliveryAgain, sendTestMessage } from '../../operations/webhooks/send-again.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { Problem } from '../http/problems.js';
import { implement, reply, type Reply, type Route } from '../http/route.js';

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
    const page = pager.page(scope, request, { rows, keyOf: (row) => ({ at: row.createdAt, id: row.id }) });
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
    async ({ params: { id, deliveryId }, principal, origin }, tx) =>
      acceptedDelivery(await sendDeliveryAgain(tx, { id, deliveryId, principal, origin })),
  );
}

function testRoute(): Route {
  return implement(webhookRoutes.testWebhook, async ({ params: { id }, principal, origin }, tx) =>
    acceptedDelivery(await sendTestMessage(tx, { id, principal, origin })),
  );
}

function acceptedDelivery({ id, webhookId }: Redelivery): Reply {
  const statusUrl = `/api/v1/webhooks/${webhookId}/deliveries/${id}`;
  return reply(202, { deliveryId: id, statusUrl }, { Location: statusUrl, 'Retry-After': '3' });
}
