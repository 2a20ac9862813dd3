import { Context, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import type {
  DeliverDueReply,
  DeliverWebhooksInput,
  WebhookActivities,
} from '../../contracts/webhooks/workflow.js';
import { beginDelivering, claimDue, endDelivering } from '../../db/webhooks/attempts.js';
import { closePending } from '../../db/webhooks/disable.js';
import { withTransaction } from '../../db/base/transaction.js';
import { whileBeating } from '../runs/while-beating.js';
import { deliver, type AttemptDeps } from './attempt.js';

export interface WebhookDeps extends AttemptDeps {
  readonly pool: Pool;
}

export function createWebhookActivities(deps: WebhookDeps): WebhookActivities {
  return {
    deliverDue: (input) => whileBeating(() => deliverDue(deps, input)),
  };
}

const nothingLeft = { waiting: 0, nextInMs: null };

async function deliverDue(deps: WebhookDeps, { webhookId }: DeliverWebhooksInput): Promise<DeliverDueReply> {
  const { pool } = deps;
  const { policy } = deps.webhooks;
  const done = { delivered: 0, failed: 0, lastError: null as string | null };
  const endpoint = await beginDelivering(pool, webhookId);
  if (endpoint === undefined) return { ...done, ...nothingLeft };
  if (endpoint.interrupted > 0)
    log.warn('requests were interrupted, and are repeated', { webhookId, ...endpoint });
  if (!endpoint.isActive) await withTransaction(pool, (tx) => closePending(tx, webhookId));
  const stopAt = Date.now() + policy.runMs;
  while (Date.now() < stopAt && !Context.current().cancellationSignal.aborted) {
    const claimed = await claimDue(pool, webhookId, policy.atOnce);
    if (claimed.length === 0) break;
    for (const problem of await all(claimed.map((each) => deliver(deps, each)))) {
      if (problem === null) done.delivered += 1;
      else Object.assign(done, { failed: done.failed + 1, lastError: problem });
    }
  }
  return { ...done, ...((await endDelivering(pool, webhookId)) ?? nothingLeft) };
}

/** Fails when one of them does, but not before all have ended: the next activity would take those for interrupted. */
async function all<Value>(works: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
