import { Problem } from '../http/problems.js';
import { findDelivery, listDeliveries } from '../../db/notifications/deliveries.js';
import { resendDelivery } from '../../operations/notifications/resend.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { messageRoutes } from '../../contracts/notifications/message-routes.js';
import { acceptedJob } from '../runs/accepted-job.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';

export interface DeliveryRouteDeps {
  readonly pager: Pager;
  readonly starter: RunStarter;
  readonly officeConcurrency: number;
}

/** Each message and what became of it. */
export function createDeliveryRoutes(deps: DeliveryRouteDeps): Route[] {
  return [listRoute(deps), getRoute(), resendRoute(deps)];
}

function listRoute({ pager }: DeliveryRouteDeps): Route {
  return implement(messageRoutes.listNotificationDeliveries, async ({ path, query }, db) => {
    const { office, staff, status, channel, run } = query;
    const filters = { office, staff, status, channel, run };
    const scope = { list: 'notification-deliveries', filters };
    const request = pager.request(scope, query);
    const rows = await listDeliveries(db, filters, request);
    const page = pager.page(scope, request, { rows, keyOf: (row) => ({ at: row.created_at, id: row.id }) });
    return pageReply(path, query, page);
  });
}

function getRoute(): Route {
  return implement(messageRoutes.getNotificationDelivery, async ({ params: { id } }, db) => {
    const delivery = await findDelivery(db, id);
    if (delivery === undefined) throw new Problem('not_found');
    return reply(200, delivery);
  });
}

function resendRoute({ starter, officeConcurrency }: DeliveryRouteDeps): Route {
  return implement(
    messageRoutes.resendNotificationDelivery,
    async ({ params: { id }, body, principal, origin }, tx) => {
      const by = { principal, origin, reason: body.reason };
      const run = await resendDelivery(tx, id, { by, officeConcurrency });
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
  );
}
