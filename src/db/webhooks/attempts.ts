import type { AttemptOutcome } from '../../domain/webhooks/retry.js';
import { messageColumns, messageJoins, type StoredMessage } from './deliveries.js';
import { execute, many, maybeOne, one, sql, type Db } from '../base/sql.js';

/**
 * Deliveries as the workers see them.
 *
 * D1. Each endpoint has a workflow, so one activity at a time works on its deliveries. A second one (its worker was
 *     taken for dead) finds other rows, or repeats a message under its id. It loses none.
 * D2. An attempt is written before its first byte goes out. The next activity closes an attempt without an end as
 *     `interrupted`: it counts, and its delivery is due at once.
 * D3. `busy_until` shows wakers that another look will follow. It is cleared first, and then the due deliveries are
 *     read. A delivery committed earlier is seen; a later one finds nobody busy, and wakes.
 */

/** Longer than an activity takes up work and its last requests last. */
const BUSY_SECONDS = 60;

/** The rows that a worker finds when it begins. Undefined: the webhook is not there any more, or was never. */
export interface BegunEndpoint {
  readonly isActive: boolean;
  readonly deleted: boolean;
  readonly interrupted: number;
}

export function beginDelivering(db: Db, webhookId: string): Promise<BegunEndpoint | undefined> {
  return maybeOne<{ isActive: boolean; deleted: boolean; interrupted: number }>(
    db,
    sql`with endpoint as (
          update webhooks set busy_until = now() + make_interval(secs => ${BUSY_SECONDS})
           where id = ${webhookId} returning is_active, deleted_at is not null as deleted),
        lost as (
          update webhook_deliveries set status = 'pending', next_attempt_at = clock_timestamp()
           where webhook_id = ${webhookId} and status = 'delivering' returning id, attempts),
        closed as (
          update webhook_attempts a
             set finished_at = clock_timestamp(), error = 'interrupted',
                 detail = 'the worker died before the end of this request was known'
            from lost where a.delivery_id = lost.id and a.attempt = lost.attempts and a.finished_at is null)
        select is_active as "isActive", deleted, (select count(*) from lost) as interrupted from endpoint`,
  );
}

/** A delivery whose attempt has begun, with everything that it takes to send it. */
export interface ClaimedDelivery extends StoredMessage {
  readonly id: string;
  readonly messageId: string;
  readonly attempt: number;
  /** How long it has waited while nothing got through to its endpoint. */
  readonly stuckMs: number;
  readonly webhookId: string;
  readonly url: string;
  readonly secret: Buffer;
  readonly previousSecret: Buffer | null;
}

/** Begins the next attempts of an endpoint, oldest first: `most` of them, or one while nothing gets through. */
export function claimDue(db: Db, webhookId: string, most: number): Promise<ClaimedDelivery[]> {
  return many<ClaimedDelivery>(
    db,
    sql`with endpoint as (
          select id, url, secret, case when previous_secret_until > now() then previous_secret end as previous_secret,
                 case when failing_since is null then ${most}::integer else 1 end as most, failing_since
            from webhooks
           where id = ${webhookId} and is_active and (hold_until is null or hold_until <= now())),
        due as (
          select id from webhook_deliveries
           where webhook_id = (select id from endpoint) and status = 'pending' and next_attempt_at <= clock_timestamp()
           order by next_attempt_at, id
           limit (select most from endpoint)
             for update skip locked),
        d as (
          update webhook_deliveries set status = 'delivering', attempts = attempts + 1
           where id in (select id from due) returning *),
        begun as (
          insert into webhook_attempts (delivery_id, attempt) select id, attempts from d)
        select d.id, coalesce(d.message_id, d.id) as "messageId", d.attempts as attempt, d.webhook_id as "webhookId",
               case when endpoint.failing_since is null then 0
                    else extract(epoch from now() - greatest(d.created_at, endpoint.failing_since)) * 1000
                    end::float8 as "stuckMs",
               endpoint.url, endpoint.secret, endpoint.previous_secret as "previousSecret", ${messageColumns}
          from d cross join endpoint ${messageJoins}
         order by d.next_attempt_at, d.id`,
  );
}

export type AttemptKey = Pick<ClaimedDelivery, 'id' | 'attempt' | 'webhookId'>;

/** How the delivery goes on: it has ended, or there is another attempt after the wait. */
export type AttemptEnd =
  | { readonly status: 'delivered' | 'failed' }
  | { readonly status: 'pending'; readonly delayMs: number };

/** Writes what an attempt came to. Nothing, when it was taken for interrupted before and another one has begun. */
export async function recordAttempt(
  db: Db,
  key: AttemptKey,
  { outcome, end }: { readonly outcome: AttemptOutcome; readonly end: AttemptEnd },
): Promise<boolean> {
  const delayMs = end.status === 'pending' ? end.delayMs : null;
  const { recorded } = await one<{ recorded: boolean }>(
    db,
    sql`with attempt as (
          update webhook_attempts
             set finished_at = clock_timestamp(), duration_ms = ${outcome.durationMs}::integer,
                 status_code = ${outcome.statusCode}::integer, error = ${outcome.error},
                 detail = ${outcome.detail}, excerpt = ${outcome.excerpt}
           where delivery_id = ${key.id} and attempt = ${key.attempt} and finished_at is null),
        delivery as (
          update webhook_deliveries
             set status = ${end.status},
                 next_attempt_at = clock_timestamp() + make_interval(secs => ${delayMs}::float8 / 1000),
                 finished_at = ${end.status === 'pending' ? sql`null` : sql`clock_timestamp()`}
           where id = ${key.id} and attempts = ${key.attempt} and status = 'delivering'
          returning webhook_id),
        endpoint as (
          update webhooks set ${outcome.error === null ? succeeded : sql`failing_since = coalesce(failing_since, now())`}
           where id in (select webhook_id from delivery) and ${outcome.error === null ? isWorthWriting : sql`failing_since is null`})
        select exists (select from delivery) as recorded`,
  );
  return recorded;
}

const succeeded = sql`failing_since = null, last_success_at = clock_timestamp()`;
/** A busy endpoint succeeds a thousand times a minute: its row need not say each of them. */
const isWorthWriting = sql`(failing_since is not null or last_success_at is null
  or last_success_at < now() - interval '5 seconds')`;

/** The receiver's own wait: nothing at all is sent to it until then. */
export async function holdEndpoint(db: Db, webhookId: string, ms: number): Promise<void> {
  await execute(
    db,
    sql`update webhooks
           set hold_until = greatest(hold_until, clock_timestamp() + make_interval(secs => ${ms}::float8 / 1000))
         where id = ${webhookId}`,
  );
}

/** Whether nothing got through for so long. */
export async function isFailingLongerThan(db: Db, webhookId: string, ms: number): Promise<boolean> {
  const { failing } = await one<{ failing: boolean }>(
    db,
    sql`select exists (select from webhooks
                        where id = ${webhookId}
                          and failing_since <= now() - make_interval(secs => ${ms}::float8 / 1000)) as failing`,
  );
  return failing;
}

/** First nobody is busy any more, then what is due is looked at: see D3. */
export async function endDelivering(
  db: Db,
  webhookId: string,
): Promise<{ waiting: number; nextInMs: number | null } | undefined> {
  await execute(db, sql`update webhooks set busy_until = null where id = ${webhookId}`);
  return maybeOne<{ waiting: number; nextInMs: number | null }>(
    db,
    sql`select count(d.id) as waiting,
               case when count(d.id) = 0 then null
                    -- Somebody has to close what waits for it.
                    when not w.is_active then 0
                    else ceil(extract(epoch from greatest(min(d.next_attempt_at), w.hold_until) - clock_timestamp())
                              * 1000)::float8 end as "nextInMs"
          from webhooks w
          left join webhook_deliveries d on d.webhook_id = w.id and d.status in ('pending', 'delivering')
         where w.id = ${webhookId}
         group by w.id`,
  );
}
