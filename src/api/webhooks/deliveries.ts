import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import { Problem } from '../../contracts/problems.js';
import {
  deliveryAcceptedSchema,
  deliveryDetailSchema,
  deliveryListQuery,
  deliveryPageSchema,
} from '../../contracts/webhooks/webhook.js';
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
import { acceptedHeaders, readRoute, reply, writeRoute, type AnyRoute, type Reply } from '../http/route.js';
import { audit, WEBHOOKS_PATH } from './webhooks.js';

const PATH = `${WEBHOOKS_PATH}/:id/deliveries`;
const params = z.object({ id: idSchema('webhook') });
const deliveryParams = z.object({ id: idSchema('webhook'), deliveryId: idSchema('delivery') });
const accepted = {
  description: 'It is on its way',
  body: deliveryAcceptedSchema,
  headers: acceptedHeaders('The delivery.'),
};

export function createWebhookDeliveryRoutes(deps: { readonly pager: Pager }): AnyRoute[] {
  return [listRoute(deps), getRoute(), redeliverRoute(), testRoute()];
}

function listRoute({ pager }: { readonly pager: Pager }): AnyRoute {
  return readRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listWebhookDeliveries',
    summary: 'What was sent to a webhook, newest first',
    tag: 'Webhooks',
    access: 'admin',
    params,
    query: deliveryListQuery,
    responses: { 200: { description: 'One page', body: deliveryPageSchema } },
    problems: ['not_found', 'invalid_cursor'],
    async handle({ params: { id }, query }, db) {
      const filters = { webhookId: id, status: query.status };
      const scope = { list: 'webhook-deliveries', filters };
      const request = pager.request(scope, query);
      if ((await findWebhook(db, id)) === undefined) throw new Problem('not_found');
      const rows = await listDeliveries(db, filters, request);
      const page = pager.page(scope, request, rows, (row) => ({ at: row.createdAt, id: row.id }));
      return pageReply(PATH.replace(':id', id), query, page);
    },
  });
}

function getRoute(): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/:deliveryId`,
    operationId: 'getWebhookDelivery',
    summary: 'One delivery: what is sent, and every attempt',
    tag: 'Webhooks',
    access: 'admin',
    params: deliveryParams,
    responses: { 200: { description: 'The delivery', body: deliveryDetailSchema } },
    problems: ['not_found'],
    async handle({ params: { id, deliveryId } }, db) {
      const found = await findDelivery(db, id, deliveryId);
      if (found === undefined) throw new Problem('not_found');
      const { message, ...delivery } = found;
      return reply(200, { ...delivery, body: JSON.parse(webhookBody(messageOf(message))) as unknown });
    },
  });
}

function redeliverRoute(): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${PATH}/:deliveryId/redeliver`,
    operationId: 'redeliverWebhook',
    summary: 'Send it again under the same webhook-id; one that still waits is tried at once',
    tag: 'Webhooks',
    access: 'admin',
    params: deliveryParams,
    responses: { 202: accepted },
    problems: ['not_found', 'conflict'],
    async handle({ params: { id, deliveryId }, principal, origin }, tx) {
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
  });
}

function testRoute(): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${WEBHOOKS_PATH}/:id/test`,
    operationId: 'testWebhook',
    summary: 'Send a test event, delivered and retried like any other',
    tag: 'Webhooks',
    access: 'admin',
    params,
    responses: { 202: accepted },
    problems: ['not_found', 'conflict'],
    async handle({ params: { id }, principal, origin }, tx) {
      const webhook = await lockWebhook(tx, id);
      if (!webhook.isActive) throw new Problem('conflict', { detail: 'The webhook is switched off.' });
      const at = new Date().toISOString();
      const data = { at, webhookId: id, by: principal.userId };
      const deliveryId = await queueMessage(tx, id, { type: WEBHOOK_TEST, at, data });
      await audit(tx, { principal, origin, id }, { action: 'tested', after: { deliveryId } });
      return acceptedDelivery({ id: deliveryId, webhookId: id });
    },
  });
}

function acceptedDelivery({ id, webhookId }: Redelivery): Reply {
  const statusUrl = `${PATH.replace(':id', webhookId)}/${id}`;
  return reply(202, { deliveryId: id, statusUrl }, { Location: statusUrl, 'Retry-After': '3' });
}
