import type { NoticeFacts } from '../../domain/notifications/render-notice.js';
import { toJsonb } from '../base/jsonb.js';
import { execute, many, maybeOne, one, sql, type Db } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * The life of a message once it is planned.
 *
 * S1. It is `sending`, committed, before its first byte goes out.
 * S2. A try that dies leaves `sending` behind. The next try of the office makes it `unknown`, and only a person sends
 *     it again.
 * S3. The sender holds the office's claim. A try that lost it, frozen or cut off, begins no further message. It may
 *     still record the end of the one that it began.
 */
export interface OfficeClaim {
  readonly runId: string;
  readonly officeId: string;
  readonly claim: string;
}

/** Undefined: the office is done, or the run has ended. Gives how many messages an earlier try left behind. */
export function claimOffice(
  tx: Tx,
  { runId, officeId, claim }: OfficeClaim,
): Promise<{ lost: number } | undefined> {
  return maybeOne(
    tx,
    sql`with claimed as (
          update notification_run_offices set claim = ${claim}
           where run_id = ${runId} and office_id = ${officeId} and status = 'planned'
             and exists (select from runs where id = ${runId} and finished_at is null)
          returning office_id),
        lost as (
          update notification_deliveries
             set status = 'unknown', reason = 'worker_lost', updated_at = clock_timestamp()
           where run_id = ${runId} and office_id = ${officeId} and status = 'sending'
             and exists (select from claimed)
          returning id)
        select (select count(*) from lost) as lost from claimed`,
  );
}

export interface DueMail {
  readonly id: string;
  readonly staffId: string;
  readonly name: string;
  readonly messageId: string;
  readonly attempts: number;
  readonly facts: NoticeFacts;
  readonly content: {
    readonly address: string;
    readonly subject: string;
    readonly text: string;
    readonly html: string;
  };
}

const PAGE = 100;

/** The next messages of an office in their order, so many at a time. */
export function listDueMails(db: Db, { runId, officeId }: OfficeClaim, after: string): Promise<DueMail[]> {
  return many<DueMail>(
    db,
    sql`select id, staff_id as "staffId", facts ->> 'name' as name, message_id as "messageId", attempts, facts, content
          from notification_deliveries
         where run_id = ${runId} and office_id = ${officeId} and channel = 'email' and status = 'planned' and id > ${after}
         order by id limit ${PAGE}`,
  );
}

export interface DuePush {
  readonly id: string;
  readonly staffId: string;
  readonly subscriptionId: string;
  readonly attempts: number;
  readonly content: { readonly payload: object; readonly urgency: 'high' | 'normal' };
  /** Null: the device has gone meanwhile, or belongs to somebody else. */
  readonly endpoint: string | null;
  readonly p256dh: string | null;
  readonly auth: string | null;
}

export function listDuePushes(db: Db, { runId, officeId }: OfficeClaim, after: string): Promise<DuePush[]> {
  return many<DuePush>(
    db,
    sql`select deliveries.id, deliveries.staff_id as "staffId", recipient as "subscriptionId", attempts, content, endpoint,
               p256dh, auth
          from notification_deliveries deliveries
          left join push_subscriptions on push_subscriptions.id = deliveries.recipient
                                      and push_subscriptions.staff_id = deliveries.staff_id
         where run_id = ${runId} and office_id = ${officeId} and channel = 'push' and status = 'planned'
           and deliveries.id > ${after}
         order by deliveries.id limit ${PAGE}`,
  );
}

/** Why a message that was planned does not go out as it is. */
export type Standstill = 'lost_claim' | 'deadline_closed' | 'some_closed' | 'opted_out' | 'not_planned';

/**
 * Commits that the message is about to go out. It checks again what may have changed since the planning: the deadlines
 * are open, and the person wants this channel.
 */
export async function beginSending(db: Db, office: OfficeClaim, id: string): Promise<'begun' | Standstill> {
  const { runId, officeId, claim } = office;
  const row = await one<{ begun: boolean; claimed: boolean; open: number; closed: number; wanted: boolean }>(
    db,
    sql`with state as (
          select exists (select from notification_run_offices
                          where run_id = ${runId} and office_id = ${officeId} and claim = ${claim}) as claimed,
                 count(*) filter (where deadlines.state = 'open') as open,
                 count(*) filter (where deadlines.state is distinct from 'open') as closed
            from notification_keys keys left join deadlines on deadlines.id = keys.deadline_id
           where keys.delivery_id = ${id}),
        person as (
          select coalesce((select is_active and case when channel = 'email' then notify_email else notify_push end
                             from staff where staff.id = deliveries.staff_id), false) as wanted
            from notification_deliveries deliveries where id = ${id}),
        begun as (
          update notification_deliveries
             set status = 'sending', claim = ${claim}, attempts = attempts + 1, updated_at = clock_timestamp()
            from state, person
           where id = ${id} and (status = 'planned' or (status = 'sending' and notification_deliveries.claim = ${claim}))
             and claimed and state.closed = 0 and wanted
          returning id)
        select exists (select from begun) as begun, claimed, open, closed, wanted from state, person`,
  );
  if (row.begun) return 'begun';
  if (!row.claimed) return 'lost_claim';
  if (!row.wanted) return 'opted_out';
  if (row.closed > 0) return row.open > 0 ? 'some_closed' : 'deadline_closed';
  return 'not_planned';
}

/** How a try ended. `again` and `unreachable` go back to `planned`. */
export interface Ending {
  readonly status: 'sent' | 'failed' | 'unknown' | 'planned' | 'skipped';
  readonly reason: string | null;
  readonly error: string | null;
  /** Gives the keys back: a later run may send the same. */
  readonly isVoid: boolean;
}

export async function endSending(
  db: Db,
  { claim }: OfficeClaim,
  { id, status, reason, error, isVoid }: Ending & { readonly id: string },
): Promise<void> {
  await execute(
    db,
    sql`with ended as (
          update notification_deliveries
             set status = ${status}, reason = ${reason}, error = ${error}, updated_at = clock_timestamp(),
                 sent_at = case when ${status} = 'sent' then clock_timestamp() end
           where id = ${id} and (status = 'planned' or (status in ('sending', 'unknown') and claim = ${claim}))
          returning id)
        update notification_keys set void = true from ended where delivery_id = ended.id and ${isVoid}`,
  );
}

/** A digest of which some deadlines have closed since: it is sent without them, newly rendered. */
export async function narrowDelivery(
  db: Db,
  id: string,
  render: (facts: NoticeFacts) => { readonly facts: NoticeFacts; readonly content: object },
): Promise<void> {
  const row = await one<{ facts: NoticeFacts; content: object; open: string[] }>(
    db,
    sql`select facts, content, array(select keys.deadline_id from notification_keys keys
                                       join deadlines on deadlines.id = keys.deadline_id and deadlines.state = 'open'
                                      where keys.delivery_id = ${id}) as open
          from notification_deliveries where id = ${id}`,
  );
  const items = row.facts.items.filter((item) => row.open.includes(item.deadlineId));
  const { facts, content } = render({ ...row.facts, items });
  await execute(
    db,
    sql`with narrowed as (
          update notification_deliveries
             set facts = ${toJsonb(facts)}, content = content || ${toJsonb(content)}::jsonb
           where id = ${id} and status = 'planned' returning id)
        delete from notification_keys using narrowed
         where delivery_id = narrowed.id and not deadline_id = any(${row.open}::text[])`,
  );
}
