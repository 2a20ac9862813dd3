import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import type { Pool } from 'pg';
import { failureTypes } from '../../contracts/errors.js';
import {
  beginSending,
  endSending,
  type Ending,
  type OfficeClaim,
  type Standstill,
} from '../../db/notifications/sending.js';
import type { SendOutcome } from '../../domain/notifications/send-outcome.js';
import { lookDelayMs, type SendPolicy } from '../../domain/notifications/send-policy.js';
import { insist } from './insist.js';

/**
 * A message, from planned to its end.
 *
 * M1. The row is marked before the first byte and updated right after the answer, both retried while PostgreSQL is
 *     away. The mark prevents a second message.
 * M2. A recipient whose server says later is tried again a few times. A server that does not answer is waited for;
 *     after too long the office fails, not its messages.
 */
export interface MessageSending {
  readonly pool: Pool;
  readonly policy: SendPolicy;
  readonly office: OfficeClaim;
  readonly signal: AbortSignal;
  /** Waits for whatever there is little of, before the message is noted as under way. */
  place<Result>(work: () => Promise<Result>): Promise<Result>;
}

export interface Message {
  readonly id: string;
  attempt(): Promise<SendOutcome>;
  /** Refused for good, and so will be whatever comes next. */
  suppress(error: string): Promise<void>;
  /** Some of its deadlines have closed: the message leaves them out. */
  narrow(): Promise<void>;
}

type Step = SendOutcome | { readonly kind: 'stands'; readonly why: Standstill };

export async function sendMessage(sending: MessageSending, message: Message): Promise<void> {
  const { policy } = sending;
  const waits = { again: 0, looks: 0, since: undefined as number | undefined };
  for (;;) {
    const step = await sending.place(() => trySending(sending, message));
    switch (step.kind) {
      case 'stands':
        if (await settleStandstill(sending, message, step.why)) return;
        break;
      case 'sent':
        return end(sending, message, { status: 'sent' });
      case 'unknown':
        return end(sending, message, { status: 'unknown', reason: 'no_answer', error: step.error });
      case 'refused':
        await end(sending, message, { status: 'failed', reason: 'refused', error: step.error });
        if (step.suppress) await insist(sending.signal, () => message.suppress(step.error));
        return;
      case 'again': {
        const delayMs = Math.max(policy.againDelaysMs[waits.again] ?? 0, step.afterMs ?? 0);
        waits.again += 1;
        if (waits.again > policy.againDelaysMs.length || delayMs > policy.longestPushWaitMs) {
          const reason = 'retries_used_up';
          return end(sending, message, { status: 'failed', reason, error: step.error, isVoid: true });
        }
        await pauseBefore(sending, message, { error: step.error, delayMs });
        break;
      }
      case 'unreachable':
        waits.since ??= performance.now();
        await pauseBefore(sending, message, { error: step.error, delayMs: lookDelayMs(policy, waits.looks) });
        waits.looks += 1;
        if (performance.now() - waits.since > policy.patienceMs) {
          throw ApplicationFailure.create({ message: `the mail server is away: ${step.error}` });
        }
    }
  }
}

async function trySending({ pool, office, signal }: MessageSending, message: Message): Promise<Step> {
  const begun = await insist(signal, () => beginSending(pool, office, message.id));
  return begun === 'begun' ? message.attempt() : { kind: 'stands', why: begun };
}

async function pauseBefore(
  sending: MessageSending,
  message: Message,
  { error, delayMs }: { readonly error: string; readonly delayMs: number },
): Promise<void> {
  await end(sending, message, { status: 'planned', reason: 'waits_for_another_try', error });
  await setTimeout(delayMs, undefined, { signal: sending.signal });
}

/** True: nothing is left to do about the message. */
async function settleStandstill(
  sending: MessageSending,
  message: Message,
  why: Standstill,
): Promise<boolean> {
  switch (why) {
    case 'lost_claim':
      throw ApplicationFailure.nonRetryable('another try has the office', failureTypes.runEnded);
    case 'some_closed':
      await insist(sending.signal, () => message.narrow());
      return false;
    case 'deadline_closed':
    case 'opted_out':
      await end(sending, message, { status: 'skipped', reason: why, isVoid: true });
      return true;
    case 'not_planned':
      return true;
  }
}

async function end(
  { pool, office, signal }: MessageSending,
  { id }: Message,
  ending: Pick<Ending, 'status'> & Partial<Ending>,
): Promise<void> {
  await insist(signal, () =>
    endSending(pool, office, { id, reason: null, error: null, isVoid: false, ...ending }),
  );
}
