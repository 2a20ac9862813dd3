import { activityInfo, CancelledFailure, Context, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Pool } from 'pg';
import { failureTypes } from '../../contracts/errors.js';
import type { NotifyOfficeInput, NotifyOfficeReply } from '../../contracts/notifications/workflow.js';
import { recordAudit } from '../../db/audit/log.js';
import { isDatabaseOutage } from '../../db/base/outage.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { removeSubscription } from '../../db/notifications/push-subscriptions.js';
import {
  findOfficeCounts,
  finishOffice,
  noteOfficeError,
  type OfficeCounts,
} from '../../db/notifications/run-offices.js';
import {
  claimOffice,
  listDueMails,
  listDuePushes,
  narrowDelivery,
  type DueMail,
  type DuePush,
  type OfficeClaim,
} from '../../db/notifications/sending.js';
import { suppressAddress } from '../../db/notifications/staff.js';
import { recordStepError } from '../../db/runs/checkpoints.js';
import { renderMail, renderPush } from '../../domain/notifications/render-notice.js';
import type { SendPolicy } from '../../domain/notifications/send-policy.js';
import type { Mailer } from '../../platform/notifications/mailer.js';
import type { PushSender } from '../../platform/notifications/push-sender.js';
import { describeFailure } from '../runs/describe-failure.js';
import { whileBeating } from '../runs/while-beating.js';
import { insist } from './insist.js';
import type { MailPermits } from './mail-permits.js';
import { sendMessage, type Message, type MessageSending } from './send-message.js';

export interface NotifyOfficeDeps {
  readonly pool: Pool;
  readonly mailer: Mailer;
  readonly mailFrom: string;
  readonly permits: MailPermits;
  readonly pushes: PushSender;
  readonly policy: SendPolicy;
}

/**
 * Sends all planned messages of an office: mails and pushes side by side, each kind in sequence.
 *
 * O1. Its counters are its own: they are counted from its messages when it is done.
 * O2. A failure in here is this office's. PostgreSQL that is away is waited for and is not a try.
 * O3. A stopping worker finishes the message under way and begins no other; the next worker goes on from there.
 */
export function notifyOffice(deps: NotifyOfficeDeps, input: NotifyOfficeInput): Promise<NotifyOfficeReply> {
  return whileBeating(() => serveOrFail(deps, input));
}

async function serveOrFail(deps: NotifyOfficeDeps, input: NotifyOfficeInput): Promise<NotifyOfficeReply> {
  try {
    return await serve(deps, input);
  } catch (error) {
    // Fails with the cancellation, whatever the waits that it cut short have failed with.
    if (Context.current().cancellationSignal.aborted) await Context.current().cancelled;
    if (isPassing(error)) throw error;
    await keepError(deps.pool, input, error);
    // The workflow tries it again, when the other offices are through.
    throw ApplicationFailure.create({
      message: messageOf(error),
      type: failureTypes.officeFailed,
      nonRetryable: true,
      ...(error instanceof Error ? { cause: error } : {}),
    });
  }
}

function isPassing(error: unknown): boolean {
  const isOurs = error instanceof ApplicationFailure && error.type === failureTypes.runEnded;
  return isOurs || isDatabaseOutage(error);
}

async function serve(
  deps: NotifyOfficeDeps,
  { runId, officeId }: NotifyOfficeInput,
): Promise<NotifyOfficeReply> {
  const { activityId, attempt, workflowExecution } = activityInfo();
  const office = { runId, officeId, claim: `${workflowExecution?.runId ?? ''}:${activityId}:${attempt}` };
  const claimed = await withTransaction(deps.pool, (tx) => claimOffice(tx, office));
  if (claimed === undefined) return replyOf(await findOfficeCounts(deps.pool, office));
  if (claimed.lost > 0) log.warn('messages of a lost try are unknown', { runId, officeId, ...claimed });
  const lanes = [mailLane(deps, office), pushLane(deps, office)];
  // Both to their end: the failure of one is no reason to cut the other off.
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  const signal = Context.current().cancellationSignal;
  return replyOf(await insist(signal, () => withTransaction(deps.pool, (tx) => finish(tx, office))));
}

async function finish(tx: Tx, office: OfficeClaim): Promise<OfficeCounts | undefined> {
  const counts = await finishOffice(tx, office);
  if (counts === undefined) return undefined;
  await recordAudit(tx, {
    actor: { system: 'notifications' },
    action: 'notified',
    resourceType: 'office',
    resourceId: office.officeId,
    after: { jobId: office.runId, ...counts },
  });
  return counts;
}

function replyOf(counts: OfficeCounts | undefined): NotifyOfficeReply {
  if (counts === undefined) return { sent: 0, failed: 0 };
  const { email_sent, email_failed, push_sent, push_failed } = counts;
  return { sent: email_sent + push_sent, failed: email_failed + push_failed };
}

async function mailLane(deps: NotifyOfficeDeps, office: OfficeClaim): Promise<void> {
  const signal = Context.current().cancellationSignal;
  const place: MessageSending['place'] = (work) => deps.permits.use(signal, work);
  const sending = { ...base(deps, office, signal), place };
  await eachPage(
    (after) => insist(signal, () => listDueMails(deps.pool, office, after)),
    signal,
    (mail) => sendMessage(sending, mailMessage(deps, mail)),
  );
}

async function pushLane(deps: NotifyOfficeDeps, office: OfficeClaim): Promise<void> {
  const signal = Context.current().cancellationSignal;
  const place: MessageSending['place'] = (work) => work();
  const sending = { ...base(deps, office, signal), place };
  await eachPage(
    (after) => insist(signal, () => listDuePushes(deps.pool, office, after)),
    signal,
    (push) => sendMessage(sending, pushMessage(deps, push)),
  );
}

function base({ pool, policy }: NotifyOfficeDeps, office: OfficeClaim, signal: AbortSignal) {
  return { pool, policy, office, signal };
}

async function eachPage<Item extends { readonly id: string }>(
  read: (after: string) => Promise<readonly Item[]>,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  for (let after = ''; ;) {
    const page = await read(after);
    for (const item of page) {
      if (signal.aborted) throw new CancelledFailure('the worker stops');
      await work(item);
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

function mailMessage({ pool, mailer, mailFrom }: NotifyOfficeDeps, mail: DueMail): Message {
  let { content, facts } = mail;
  return {
    id: mail.id,
    attempt: () =>
      mailer.send({
        from: mailFrom,
        to: { name: mail.name, address: content.address },
        subject: content.subject,
        text: content.text,
        html: content.html,
        messageId: mail.messageId,
        unsubscribeUrl: facts.links.unsubscribe,
      }),
    suppress: (error) => suppressAddress(pool, mail.staffId, error),
    narrow: () =>
      narrowDelivery(pool, mail.id, (narrowed) => {
        facts = narrowed;
        content = { ...content, ...renderMail(narrowed) };
        return { facts, content };
      }),
  };
}

function pushMessage({ pool, pushes }: NotifyOfficeDeps, push: DuePush): Message {
  let { payload } = push.content;
  const { endpoint, p256dh, auth, subscriptionId } = push;
  return {
    id: push.id,
    attempt: () =>
      endpoint === null || p256dh === null || auth === null
        ? Promise.resolve({ kind: 'refused', error: 'the device has gone', suppress: false })
        : pushes.send({
            subscription: { endpoint, p256dh, auth },
            payload: JSON.stringify(payload),
            urgency: push.content.urgency,
            topic: push.id.slice(-26),
          }),
    suppress: () => removeSubscription(pool, subscriptionId),
    narrow: () =>
      narrowDelivery(pool, push.id, (narrowed) => {
        payload = renderPush(narrowed);
        return { facts: narrowed, content: { payload } };
      }),
  };
}

async function keepError(pool: Pool, input: NotifyOfficeInput, error: unknown): Promise<void> {
  const { runId, officeId, round } = input;
  try {
    await noteOfficeError(pool, input, messageOf(error));
    await recordStepError(
      pool,
      { runId, stepKey: `office:${officeId}` },
      { attempt: round, error: describeFailure(error) },
    );
  } catch (cause) {
    log.warn('a failed office could not be recorded', { runId, officeId, cause });
  }
}

/** A line of the result, for administrators. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : 'it failed').replace(/\s+/g, ' ').slice(0, 300);
}
