import { Problem } from '../http/problems.js';
import type { AuditActor, AuditEntry } from '../../db/audit/log.js';
import type { Origin } from '../../contracts/users/principal.js';
import { markReplayed, type DeadLetter } from '../../db/runs/dead-letters.js';
import { findStored, insertRun, runLike } from '../../db/runs/runs.js';
import type { Tx } from '../../db/base/transaction.js';
import { redeliverWebhook } from '../../db/webhooks/deliveries.js';
import { deliveryUrl, jobUrl } from './dead-letter-view.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';

/** The outcome of a dead letter. */
export interface Replayed {
  readonly jobId?: string;
  readonly deliveryId?: string;
  readonly statusUrl: string;
}

export interface Replay {
  readonly replayed: Replayed;
  /** For the caller's audit entry. */
  readonly entry: AuditEntry;
}

export interface ReplayedBy {
  readonly actor: AuditActor;
  readonly origin: Origin;
}

/**
 * Replays a dead letter as something new: the job for the same owner with the same input, the delivery under the same
 * message id. The letter, which the caller has locked, only notes what it was replayed as.
 */
export function replayDeadLetter(
  tx: Tx,
  starter: RunStarter,
  letter: DeadLetter,
  by: ReplayedBy,
): Promise<Replay> {
  return letter.runId === null ? redeliver(tx, letter, by) : runAgain(tx, starter, letter, by);
}

async function runAgain(
  tx: Tx,
  starter: RunStarter,
  { id, runId }: DeadLetter,
  by: ReplayedBy,
): Promise<Replay> {
  const stored = runId === null ? undefined : await findStored(tx, runId);
  if (stored === undefined) throw new Problem('not_found');
  const run = runLike(stored, 'replay');
  await insertRun(tx, run);
  await markReplayed(tx, id, { runId: run.id });
  starter.startAfterCommit(tx, run);
  const after = { deadLetterId: id, originJobId: stored.id };
  return {
    replayed: { jobId: run.id, statusUrl: jobUrl(run.id) },
    entry: { ...by, action: 'replayed', resourceType: 'job', resourceId: run.id, after },
  };
}

async function redeliver(tx: Tx, { id, deliveryId }: DeadLetter, by: ReplayedBy): Promise<Replay> {
  const made = deliveryId === null ? undefined : await redeliverWebhook(tx, deliveryId);
  if (made === undefined) throw new Problem('not_found', { detail: 'the webhook is gone' });
  await markReplayed(tx, id, { deliveryId: made.id });
  const after = { deadLetterId: id, deliveryId, as: made.id };
  return {
    replayed: { deliveryId: made.id, statusUrl: deliveryUrl(made.webhookId, made.id) },
    entry: { ...by, action: 'redelivered', resourceType: 'webhook', resourceId: made.webhookId, after },
  };
}
