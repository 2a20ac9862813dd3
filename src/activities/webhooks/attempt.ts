import { CancelledFailure, Context, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import { signWebhook, type WebhookSecrets } from '../../crypto/webhook-secret.js';
import { disableWebhook, insertDeliveryDeadLetters } from '../../db/webhooks/disable.js';
import {
  holdEndpoint,
  isFailingLongerThan,
  recordAttempt,
  type ClaimedDelivery,
} from '../../db/webhooks/attempts.js';
import { messageOf } from '../../db/webhooks/deliveries.js';
import { withTransaction } from '../../db/base/transaction.js';
import { webhookBody } from '../../domain/webhooks/body.js';
import {
  outcomeOfAnswer,
  webhookDelayMs,
  type AttemptError,
  type AttemptOutcome,
  type WebhookPolicy,
} from '../../domain/webhooks/retry.js';
import { webhookUrlProblem, type WebhookUrlRules } from '../../domain/webhooks/url.js';
import type { Outbound } from '../../platform/outbound-http.js';

export interface AttemptDeps {
  readonly pool: Pool;
  readonly webhooks: {
    readonly send: Outbound;
    readonly secrets: WebhookSecrets;
    readonly rules: WebhookUrlRules;
    readonly policy: WebhookPolicy;
  };
}

/** Makes one attempt and writes what it came to. Gives why it failed; null when the receiver has it. */
export async function deliver(deps: AttemptDeps, claimed: ClaimedDelivery): Promise<string | null> {
  const outcome = await attempt(deps, claimed);
  await record(deps, claimed, outcome);
  return outcome.error === null ? null : (outcome.detail ?? outcome.error);
}

async function attempt({ webhooks }: AttemptDeps, claimed: ClaimedDelivery): Promise<AttemptOutcome> {
  const { send, secrets: sealed, rules, policy } = webhooks;
  const problem = webhookUrlProblem(claimed.url, rules);
  if (problem !== undefined) return failure('forbidden', `the URL ${problem}`);
  const secret = sealed.open(claimed.webhookId, claimed.secret);
  if (secret === undefined)
    return failure('secret_unreadable', 'its secret cannot be read: give it a new one');
  const previous = claimed.previousSecret && sealed.open(claimed.webhookId, claimed.previousSecret);
  const body = webhookBody(messageOf(claimed));
  const signed = signWebhook({
    id: claimed.messageId,
    timestampMs: Date.now(),
    body,
    secrets: previous == null ? [secret] : [secret, previous],
  });
  const answer = await send({
    url: claimed.url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed },
    body,
    timeoutMs: policy.timeoutMs,
    maxBytes: policy.maxAnswerBytes,
    signal: Context.current().cancellationSignal,
  });
  if (answer.ok) return outcomeOfAnswer({ ...answer, text: answer.body.toString('utf8') }, Date.now());
  // The next attempt finds this one without an end.
  if (answer.kind === 'canceled') throw new CancelledFailure('the worker stops');
  return failure(answer.kind, answer.message);
}

function failure(error: AttemptError, detail: string): AttemptOutcome {
  return { error, detail, excerpt: null, durationMs: 0, retryAfterMs: null };
}

async function record(
  { pool, webhooks }: AttemptDeps,
  claimed: ClaimedDelivery,
  outcome: AttemptOutcome,
): Promise<void> {
  if (outcome.error === null) {
    await recordAttempt(pool, claimed, { outcome, end: { status: 'delivered' } });
    return;
  }
  const { policy } = webhooks;
  const isLast = outcome.error === 'gone' || claimed.stuckMs > policy.giveUpAfterMs;
  const delayMs = isLast ? undefined : webhookDelayMs(policy, claimed.attempt, Math.random());
  if (delayMs === undefined) return giveUp({ pool, webhooks }, claimed, outcome);
  const { retryAfterMs } = outcome;
  await recordAttempt(pool, claimed, {
    outcome,
    end: {
      status: 'pending',
      delayMs: Math.max(delayMs, retryAfterMs ?? 0),
    },
  });
  if (retryAfterMs !== null) await holdEndpoint(pool, claimed.webhookId, retryAfterMs);
}

/** The last attempt failed: a dead letter. An endpoint that is gone, or dead for days, is disabled. */
async function giveUp(
  { pool, webhooks }: AttemptDeps,
  claimed: ClaimedDelivery,
  outcome: AttemptOutcome,
): Promise<void> {
  const { id, webhookId } = claimed;
  const disabled = await withTransaction(pool, async (tx) => {
    if (!(await recordAttempt(tx, claimed, { outcome, end: { status: 'failed' } }))) return false;
    await insertDeliveryDeadLetters(tx, [id]);
    if (outcome.error === 'gone') return disableWebhook(tx, webhookId, 'the receiver answered 410 Gone');
    const isDead = await isFailingLongerThan(tx, webhookId, webhooks.policy.disableAfterMs);
    return isDead && disableWebhook(tx, webhookId, 'nothing could be delivered for days');
  });
  log.warn('a webhook could not be delivered', {
    webhookId,
    deliveryId: id,
    detail: outcome.detail,
    disabled,
  });
}
