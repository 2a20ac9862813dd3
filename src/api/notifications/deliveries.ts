import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import {
  deliveryListQuery,
  deliveryPageSchema,
  deliveryWithContentSchema,
  resendBody,
  resentSchema,
} from '../../contracts/notifications/delivery.js';
import { Problem } from '../../contracts/problems.js';
import { findDelivery, listDeliveries } from '../../db/notifications/deliveries.js';
import { resendDelivery } from '../../operations/notifications/resend.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { acceptedHeaders, readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';
import { acceptedJob } from '../runs/accepted-job.js';
import type { RunStarter } from '../runs/start.js';

export interface DeliveryRouteDeps {
  readonly pager: Pager;
  readonly starter: RunStarter;
  readonly officeConcurrency: number;
}

const PATH = '/api/v1/notifications/deliveries';
const TAG = 'Notifications';
const params = z.object({ id: idSchema('delivery') });

/** Each message and what became of it. */
export function createDeliveryRoutes(deps: DeliveryRouteDeps): AnyRoute[] {
  return [listRoute(deps), getRoute(), resendRoute(deps)];
}

function listRoute({ pager }: DeliveryRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listNotificationDeliveries',
    summary: 'Messages, newest first: to whom, over which channel, and what became of them',
    tag: TAG,
    access: 'admin',
    query: deliveryListQuery,
    responses: { 200: { description: 'One page', body: deliveryPageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query }, db) {
      const { office, staff, status, channel, run } = query;
      const filters = { office, staff, status, channel, run };
      const scope = { list: 'notification-deliveries', filters };
      const request = pager.request(scope, query);
      const rows = await listDeliveries(db, filters, request);
      const page = pager.page(scope, request, rows, (row) => ({ at: row.created_at, id: row.id }));
      return pageReply(PATH, query, page);
    },
  });
}

function getRoute(): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/:id`,
    operationId: 'getNotificationDelivery',
    summary: 'One message with what it says',
    tag: TAG,
    access: 'admin',
    params,
    responses: { 200: { description: 'The message', body: deliveryWithContentSchema } },
    problems: ['not_found'],
    async handle({ params: { id } }, db) {
      const delivery = await findDelivery(db, id);
      if (delivery === undefined) throw new Problem('not_found');
      return reply(200, delivery);
    },
  });
}

function resendRoute({ starter, officeConcurrency }: DeliveryRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${PATH}/:id/resend`,
    operationId: 'resendNotificationDelivery',
    summary:
      'Tell once more what an unknown or failed message was about: a decision that twice is better than never',
    tag: TAG,
    access: 'admin',
    params,
    body: resendBody,
    bodyOptional: true,
    responses: {
      202: {
        description: 'A run of its office',
        body: resentSchema,
        headers: acceptedHeaders('The job.'),
      },
    },
    problems: ['not_found', 'conflict'],
    async handle({ params: { id }, body, principal, origin }, tx) {
      const by = { principal, origin, reason: body.reason };
      const run = await resendDelivery(tx, id, by, officeConcurrency);
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
  });
}
