import { newId } from '../../contracts/ids.js';
import { Refusal } from '../../contracts/refusal.js';
import type { z } from 'zod';
import type { newWebhookSchema, Webhook } from '../../contracts/webhooks/webhook.js';
import { newWebhookSecret, type WebhookSecrets } from '../../crypto/webhook-secret.js';
import type { Tx } from '../../db/base/transaction.js';
import { makeAllDue } from '../../db/webhooks/deliveries.js';
import { closePending } from '../../db/webhooks/disable.js';
import {
  insertWebhook,
  lockWebhook,
  removeWebhook,
  replaceSecret,
  updateWebhook,
  type WebhookChange,
} from '../../db/webhooks/webhooks.js';
import { webhookUrlProblem, type WebhookUrlRules } from '../../domain/webhooks/url.js';
import { auditWebhook, type WebhookCause } from './audit.js';

export interface WebhookWithSecret extends Webhook {
  /** Shown once. */
  readonly secret: string;
}

export interface WebhookChangeDeps {
  readonly webhookSecrets: WebhookSecrets;
  readonly webhookRules: WebhookUrlRules;
}

interface VersionedCause extends WebhookCause {
  /** Throws when the caller has read another version. */
  readonly checkVersion: (version: number) => void;
}

export async function createWebhook(
  { webhookSecrets, webhookRules }: WebhookChangeDeps,
  tx: Tx,
  {
    body,
    ...cause
  }: Omit<WebhookCause, 'id' | 'reason'> & { readonly body: z.output<typeof newWebhookSchema> },
): Promise<WebhookWithSecret> {
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
    createdBy: cause.principal.userId,
  });
  const entry = { action: 'created', after: auditState(webhook) };
  await auditWebhook(tx, { ...cause, reason: body.reason, id }, entry);
  return { ...webhook, secret };
}

export async function changeWebhook(
  { webhookRules }: Pick<WebhookChangeDeps, 'webhookRules'>,
  tx: Tx,
  { change, ...cause }: VersionedCause & { readonly change: WebhookChange },
): Promise<Webhook> {
  const before = await lockWebhook(tx, cause.id);
  cause.checkVersion(before.version);
  if (change.url !== undefined) requireUrl(change.url, webhookRules);
  const after = await applyChange(tx, before, change);
  if (after === before) return before;
  const entry = { before: auditState(before), after: auditState(after) };
  await auditWebhook(tx, cause, { action: actionOf(before, after), ...entry });
  return after;
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

export async function deleteWebhook(tx: Tx, cause: VersionedCause): Promise<void> {
  const before = await lockWebhook(tx, cause.id);
  cause.checkVersion(before.version);
  await removeWebhook(tx, cause.id);
  await closePending(tx, cause.id);
  await auditWebhook(tx, cause, { action: 'deleted', before: auditState(before) });
}

export async function rotateWebhookSecret(
  { webhookSecrets }: Pick<WebhookChangeDeps, 'webhookSecrets'>,
  tx: Tx,
  { secret: given, ...cause }: VersionedCause & { readonly secret: string | undefined },
): Promise<WebhookWithSecret> {
  const { id } = cause;
  cause.checkVersion((await lockWebhook(tx, id)).version);
  const secret = given ?? newWebhookSecret();
  const webhook = await replaceSecret(tx, id, webhookSecrets.seal(id, secret));
  const { previousSecretUntil } = webhook;
  await auditWebhook(tx, cause, { action: 'secret_rotated', after: { previousSecretUntil } });
  return { ...webhook, secret };
}

function requireUrl(url: string, rules: WebhookUrlRules): void {
  const message = webhookUrlProblem(url, rules);
  if (message === undefined) return;
  throw new Refusal('validation_error', { detail: `url: ${message}`, errors: [{ path: 'url', message }] });
}

/** The fields of a webhook that the log keeps. */
function auditState({ url, description, events, isActive }: Webhook): Record<string, unknown> {
  return { url, description, events, isActive };
}

function actionOf(before: Webhook, after: Webhook): string {
  if (before.isActive === after.isActive) return 'updated';
  return after.isActive ? 'activated' : 'deactivated';
}
