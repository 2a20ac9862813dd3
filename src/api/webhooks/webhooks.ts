import type { Webhook } from '../../contracts/webhooks/webhook.js';
import { webhookRoutes } from '../../contracts/webhooks/routes.js';
import { findWebhook, listWebhooks } from '../../db/webhooks/webhooks.js';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  type WebhookChangeDeps,
} from '../../operations/webhooks/change-webhook.js';
import { etagOf, requireVersion } from '../http/if-match.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { Problem } from '../http/problems.js';
import { implement, reply, type Reply, type Route } from '../http/route.js';

export interface WebhookRouteDeps extends WebhookChangeDeps {
  readonly pager: Pager;
}

export function createWebhookRoutes(deps: WebhookRouteDeps): Route[] {
  return [
    listRoute(deps),
    createRoute(deps),
    getRoute(),
    changeRoute(deps),
    removeRoute(),
    rotateRoute(deps),
  ];
}

function listRoute({ pager }: WebhookRouteDeps): Route {
  return implement(webhookRoutes.listWebhooks, async ({ path, query }, db) => {
    const filters = { isActive: query.isActive };
    const scope = { list: 'webhooks', filters };
    const request = pager.request(scope, query);
    const rows = await listWebhooks(db, filters, request);
    const page = pager.page(scope, request, { rows, keyOf: (row) => ({ at: row.createdAt, id: row.id }) });
    return pageReply(path, query, page);
  });
}

function createRoute(deps: WebhookRouteDeps): Route {
  return implement(webhookRoutes.createWebhook, async ({ path, body, principal, origin }, tx) => {
    const webhook = await createWebhook(deps, tx, { body, principal, origin });
    const location = `${path}/${webhook.id}`;
    return shownOnce(201, webhook, { Location: location, ETag: etagOf(webhook.version) });
  });
}

function getRoute(): Route {
  return implement(webhookRoutes.getWebhook, async ({ params: { id } }, db) => {
    const webhook = await findWebhook(db, id);
    if (webhook === undefined) throw new Problem('not_found');
    return webhookReply(webhook);
  });
}

function changeRoute(deps: WebhookRouteDeps): Route {
  return implement(
    webhookRoutes.changeWebhook,
    async ({ params: { id }, body: { reason, ...change }, principal, origin, ifMatch }, tx) => {
      const checkVersion = (version: number): void => requireVersion(ifMatch, version);
      const cause = { principal, origin, reason, id };
      return webhookReply(await changeWebhook(deps, tx, { ...cause, change, checkVersion }));
    },
  );
}

function removeRoute(): Route {
  return implement(
    webhookRoutes.removeWebhook,
    async ({ params: { id }, body: { reason }, principal, origin, ifMatch }, tx) => {
      const checkVersion = (version: number): void => requireVersion(ifMatch, version);
      await deleteWebhook(tx, { principal, origin, reason, id, checkVersion });
      return reply(204);
    },
  );
}

function rotateRoute(deps: WebhookRouteDeps): Route {
  return implement(
    webhookRoutes.rotateWebhookSecret,
    async ({ params: { id }, body: { secret, reason }, principal, origin, ifMatch }, tx) => {
      const checkVersion = (version: number): void => requireVersion(ifMatch, version);
      const cause = { principal, origin, reason, id };
      const webhook = await rotateWebhookSecret(deps, tx, { ...cause, secret, checkVersion });
      return shownOnce(200, webhook, { ETag: etagOf(webhook.version) });
    },
  );
}

function shownOnce(status: number, body: object, headers: Record<string, string>): Reply {
  return reply(status, body, { ...headers, 'Cache-Control': 'no-store' });
}

function webhookReply(webhook: Webhook): Reply {
  return reply(200, webhook, { ETag: etagOf(webhook.version) });
}
