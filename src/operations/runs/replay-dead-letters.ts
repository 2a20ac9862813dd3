import { Refusal } from '../../contracts/refusal.js';
import type { Origin } from '../../contracts/users/principal.js';
import { recordAudits, type AuditActor, type AuditEntry } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import {
  countReplayable,
  lockDeadLetter,
  lockReplayable,
  markReplayed,
  type DeadLetter,
  type DeadLetterFilters,
} from '../../db/runs/dead-letters.js';
import { findStored, insertRun, runLike } from '../../db/runs/runs.js';
import { redeliverWebhook } from '../../db/webhooks/deliveries.js';
import type { RunStarter } from './run-starter.js';

/** The new work that a dead letter became. */
export type Replayed =
  | { readonly jobId: string }
  | { readonly deliveryId: string; readonly webhookId: string };

export interface ReplayedBy {
  readonly actor: AuditActor;
  readonly origin: Origin;
}

export interface OneReplay extends ReplayedBy {
  readonly id: string;
  /** Replays it even when it was replayed before. */
  readonly again: boolean;
}

/** Refuses with `conflict` a letter that was replayed before: of two callers at once the second finds it replayed. */
export async function replayDeadLetter(
  tx: Tx,
  starter: RunStarter,
  { id, again, ...by }: OneReplay,
): Promise<Replayed> {
  const letter = await lockDeadLetter(tx, id);
  if (letter === undefined) throw new Refusal('not_found');
  const replayedAs = letter.replayedRunId ?? letter.replayedDeliveryId;
  if (replayedAs !== null && !again) {
    throw new Refusal('conflict', { detail: 'It was replayed before.', facts: { replayedAs } });
  }
  const { replayed, entry } = await replay(tx, starter, letter);
  await recordAudits(tx, [{ ...by, ...entry }]);
  return replayed;
}

export interface ManyReplays extends ReplayedBy {
  readonly filter: DeadLetterFilters;
  readonly limit: number;
}

export interface ReplayedLetters {
  readonly replayed: readonly { readonly deadLetterId: string; readonly as: Replayed }[];
  /** How many still match. */
  readonly remaining: number;
}

export async function replayDeadLetters(
  tx: Tx,
  starter: RunStarter,
  { filter, limit, ...by }: ManyReplays,
): Promise<ReplayedLetters> {
  const letters = await lockReplayable(tx, filter, limit);
  const replayed: { deadLetterId: string; as: Replayed }[] = [];
  const entries: AuditEntry[] = [];
  for (const letter of letters) {
    const done = await replay(tx, starter, letter);
    replayed.push({ deadLetterId: letter.id, as: done.replayed });
    entries.push({ ...by, ...done.entry });
  }
  await recordAudits(tx, entries);
  const { matching: remaining } = await countReplayable(tx, filter);
  return { replayed, remaining };
}

interface Replay {
  readonly replayed: Replayed;
  readonly entry: Omit<AuditEntry, 'actor'>;
}

/**
 * Does what used up its retries once more, as something new. The job comes again for the same owner and with the same
 * input, the
 * delivery under the same message id. The letter, which is locked, only notes what it was replayed as.
 */
function replay(tx: Tx, starter: RunStarter, letter: DeadLetter): Promise<Replay> {
  return letter.runId === null ? redeliver(tx, letter) : runAgain(tx, starter, letter);
}

async function runAgain(tx: Tx, starter: RunStarter, { id, runId }: DeadLetter): Promise<Replay> {
  const stored = runId === null ? undefined : await findStored(tx, runId);
  if (stored === undefined) throw new Refusal('not_found');
  const run = runLike(stored, 'replay');
  await insertRun(tx, run);
  await markReplayed(tx, id, { runId: run.id });
  starter.startAfterCommit(tx, run);
  const after = { deadLetterId: id, originJobId: stored.id };
  return {
    replayed: { jobId: run.id },
    entry: { action: 'replayed', resourceType: 'job', resourceId: run.id, after },
  };
}

async function redeliver(tx: Tx, { id, deliveryId }: DeadLetter): Promise<Replay> {
  const made = deliveryId === null ? undefined : await redeliverWebhook(tx, deliveryId);
  if (made === undefined) throw new Refusal('not_found', { detail: 'the webhook is gone' });
  await markReplayed(tx, id, { deliveryId: made.id });
  const after = { deadLetterId: id, deliveryId, as: made.id };
  return {
    replayed: { deliveryId: made.id, webhookId: made.webhookId },
    entry: { action: 'redelivered', resourceType: 'webhook', resourceId: made.webhookId, after },
  };
}
