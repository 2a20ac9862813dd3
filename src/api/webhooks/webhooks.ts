import { newId } from '../../contracts/ids.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { Problem } from '../http/problems.js';
import { type Webhook } from '../../contracts/webhooks/webhook.js';
import { newWebhookSecret, type WebhookSecrets } from '../../crypto/webhook-secret.js';
import { recordAudit, type AuditEntry } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { makeAllDue } from '../../db/webhooks/deliveries.js';
import { closePending } from '../../db/webhooks/disable.js';
import {
  findWebhook,
  insertWebhook,
  listWebhooks,
  lockWebhook,
  removeWebhook,
  replaceSecret,
  updateWebhook,
  type WebhookChange,
} from '../../db/webhooks/webhooks.js';
import { webhookUrlProblem, type WebhookUrlRules } from '../../domain/webhooks/url.js';
import { etagOf, requireVersion } from '../http/if-match.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route, type Reply } from '../http/route.js';
import { webhookRoutes } from '../../contracts/webhooks/routes.js';

export interface WebhookRouteDeps {
  readonly pager: Pager;
  readonly webhookSecrets: WebhookSecrets;
  readonly webhookRules: WebhookUrlRules;
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
    const page = pager.page(scope, request, rows, (row) => ({ at: row.createdAt, id: row.id }));
    return pageReply(path, query, page);
  });
}

function createRoute({ webhookSecrets, webhookRules }: WebhookRouteDeps): Route {
  return implement(webhookRoutes.createWebhook, async ({ path, body, principal, origin }, tx) => {
    requireUrl(body.url, webhookRules);
    const secret = body.secret ?? newWebhookSecret();
    const id = newId('webhook');
    const webhook = await insertWebhook(tx, {
      id,
      url: body.url,
      description: body.description,
      events: body.events,
      isActive: body.isActive,
      sealedSecret: webhookSecrets.seal(id, secret),
      createdBy: principal.userId,
    });
    const entry = { action: 'created', after: auditState(webhook) };
    await audit(tx, { principal, origin, reason: body.reason, id }, entry);
    const location = `${path}/${id}`;
    return shownOnce(201, { ...webhook, secret }, { Location: location, ETag: etagOf(webhook.version) });
  });
}

function getRoute(): Route {
  return implement(webhookRoutes.getWebhook, async ({ params: { id } }, db) => {
    const webhook = await findWebhook(db, id);
    if (webhook === undefined) throw new Problem('not_found');
    return webhookReply(webhook);
  });
}

function changeRoute({ webhookRules }: WebhookRouteDeps): Route {
  return implement(
    webhookRoutes.changeWebhook,
    async ({ params: { id }, body: { reason, ...change }, principal, origin, ifMatch }, tx) => {
      const before = await lockWebhook(tx, id);
      requireVersion(ifMatch, before.version);
      if (change.url !== undefined) requireUrl(change.url, webhookRules);
      const after = await applyChange(tx, before, change);
      if (after !== before) {
        const entry = { before: auditState(before), after: auditState(after) };
        await audit(tx, { principal, origin, reason, id }, { action: actionOf(before, after), ...entry });
      }
      return webhookReply(after);
    },
  );
}

/** Gives the webhook as it is when it is so already. */
async function applyChange(tx: Tx, before: Webhook, change: WebhookChange): Promise<Webhook> {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const wanted = { ...auditState(before), ...given };
  if (JSON.stringify(wanted) === JSON.stringify(auditState(before))) return before;
  const after = await updateWebhook(tx, before.id, change);
  if (before.isActive && !after.isActive) await closePending(tx, before.id);
  if (after.isActive && after.url !== before.url) await makeAllDue(tx, before.id);
  return after;
}

function removeRoute(): Route {
  return implement(
    webhookRoutes.removeWebhook,
    async ({ params: { id }, body: { reason }, principal, origin, ifMatch }, tx) => {
      const before = await lockWebhook(tx, id);
      requireVersion(ifMatch, before.version);
      await removeWebhook(tx, id);
      await closePending(tx, id);
      await audit(tx, { principal, origin, reason, id }, { action: 'deleted', before: auditState(before) });
      return reply(204);
    },
  );
}

function rotateRoute({ webhookSecrets }: WebhookRouteDeps): Route {
  return implement(
    webhookRoutes.rotateWebhookSecret,
    async ({ params: { id }, body, principal, origin, ifMatch }, tx) => {
      requireVersion(ifMatch, (await lockWebhook(tx, id)).version);
      const secret = body.secret ?? newWebhookSecret();
      const webhook = await replaceSecret(tx, id, webhookSecrets.seal(id, secret));
      const { previousSecretUntil } = webhook;
      const entry = { action: 'secret_rotated', after: { previousSecretUntil } };
      await audit(tx, { principal, origin, reason: body.reason, id }, entry);
      return shownOnce(200, { ...webhook, secret }, { ETag: etagOf(webhook.version) });
    },
  );
}

function requireUrl(url: string, rules: WebhookUrlRules): void {
  const message = webhookUrlProblem(url, rules);
  if (message === undefined) return;
  throw new Problem('validation_error', { detail: `url: ${message}`, errors: [{ path: 'url', message }] });
}

interface Cause {
  readonly principal: Principal;
  readonly origin: Origin;
  readonly reason?: string | undefined;
  readonly id: string;
}

/** An entry about a webhook, by whoever asked. */
export function audit(
  tx: Tx,
  { principal, origin, reason, id }: Cause,
  entry: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Promise<void> {
  return recordAudit(tx, {
    actor: principal,
    origin,
    resourceType: 'webhook',
    resourceId: id,
    ...(reason === undefined ? {} : { reason }),
    ...entry,
  });
}

/** What the log keeps of a webhook. */
function auditState({ url, description, events, isActive }: Webhook): Record<string, unknown> {
  return { url, description, events, isActive };
}

function actionOf(before: Webhook, after: Webhook): string {
  if (before.isActive === after.isActive) return 'updated';
  return after.isActive ? 'activated' : 'deactivated';
}

function shownOnce(status: number, body: object, headers: Record<string, string>): Reply {
  return reply(status, body, { ...headers, 'Cache-Control': 'no-store' });
}

function webhookReply(webhook: Webhook): Reply {
  return reply(200, webhook, { ETag: etagOf(webhook.version) });
}
