import { webhooksDueChannel } from '../../contracts/names.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Attempt, Delivery } from '../../contracts/webhooks/webhook.js';
import { hasEnded, type DeliveryStatus } from '../../domain/webhooks/delivery-status.js';
import { eventOfRun, type WebhookEvent } from '../../domain/webhooks/body.js';
import { toJsonb } from '../base/jsonb.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, many, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/** Deliveries as people see and make them. */
const columns: Sql = sql`d.id, d.webhook_id as "webhookId", coalesce(d.message_id, d.id) as "messageId",
  d.event_type as event, d.run_id as "runId", d.pos, d.status, d.attempts,
  case when d.status = 'pending' then d.next_attempt_at end as "nextAttemptAt",
  last.status_code as "statusCode", last.error, d.origin_id as "redeliveryOf", d.created_at as "createdAt",
  d.finished_at as "finishedAt"`;

const lastAttempt: Sql = sql`left join lateral (
    select status_code, error from webhook_attempts
     where delivery_id = d.id and finished_at is not null order by attempt desc limit 1) as last on true`;

export function listDeliveries(
  db: Db,
  filters: { readonly webhookId: string; readonly status: DeliveryStatus | undefined },
  page: PageRequest,
): Promise<Delivery[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`d.created_at`, id: sql`d.id` });
  const status = filters.status === undefined ? sql`true` : sql`d.status = ${filters.status}`;
  return many<Delivery>(
    db,
    sql`select ${columns} from webhook_deliveries d ${lastAttempt}
         where d.webhook_id = ${filters.webhookId} and ${status} and ${where}
         order by ${orderBy} limit ${page.limit + 1}`,
  );
}

/** The content of a delivery: an event of a run, or a body of its own. Null members: it is the other one. */
export interface StoredMessage {
  readonly body: WebhookEvent | null;
  readonly event: string;
  readonly at: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly kind: string | null;
  readonly runId: string | null;
  readonly pos: number | null;
}

export const messageColumns: Sql = sql`d.body, d.event_type as event, e.at, e.data, r.kind, d.run_id as "runId", d.pos`;
export const messageJoins: Sql = sql`left join run_events e on e.run_id = d.run_id and e.pos = d.pos
  left join runs r on r.id = d.run_id`;

/** The body that is sent. */
export function messageOf({ body, event, at, data, kind, runId, pos }: StoredMessage): WebhookEvent {
  if (body !== null) return body;
  const place = { runId: runId ?? '', kind: kind ?? '', pos: pos ?? 0 };
  return eventOfRun({ type: event, at: at ?? '', data: data ?? {}, ...place });
}

export async function findDelivery(
  db: Db,
  webhookId: string,
  id: string,
): Promise<(Delivery & { message: StoredMessage; log: Attempt[] }) | undefined> {
  const found = await maybeOne<Delivery>(
    db,
    sql`select ${columns} from webhook_deliveries d ${lastAttempt} join webhooks w on w.id = d.webhook_id
         where d.id = ${id} and d.webhook_id = ${webhookId} and w.deleted_at is null`,
  );
  if (found === undefined) return undefined;
  const message = await one<StoredMessage>(
    db,
    sql`select ${messageColumns} from webhook_deliveries d ${messageJoins} where d.id = ${id}`,
  );
  return { ...found, message, log: await listAttempts(db, id) };
}

export function listAttempts(db: Db, deliveryId: string): Promise<Attempt[]> {
  return many<Attempt>(
    db,
    sql`select attempt, started_at as "startedAt", finished_at as "finishedAt", duration_ms as "durationMs",
               status_code as "statusCode", error, detail, excerpt
          from webhook_attempts where delivery_id = ${deliveryId} order by attempt`,
  );
}

/** A message that is no event of a run, for one endpoint. */
export async function queueMessage(tx: Tx, webhookId: string, message: WebhookEvent): Promise<string> {
  const { id } = await one<{ id: string }>(
    tx,
    sql`insert into webhook_deliveries (webhook_id, event_type, body)
        values (${webhookId}, ${message.type}, ${toJsonb(message)}::jsonb) returning id`,
  );
  tx.announce(webhooksDueChannel, webhookId);
  return id;
}

/** The same for every active endpoint that subscribed to it. */
export async function publishMessage(tx: Tx, message: WebhookEvent): Promise<void> {
  const queued = await many<{ webhookId: string }>(
    tx,
    sql`insert into webhook_deliveries (webhook_id, event_type, body)
        select id, ${message.type}, ${toJsonb(message)}::jsonb from webhooks
         where is_active and events && array['*', ${message.type}]
        returning webhook_id as "webhookId"`,
  );
  for (const { webhookId } of queued) tx.announce(webhooksDueChannel, webhookId);
}

export interface Redelivery {
  readonly id: string;
  readonly webhookId: string;
}

/**
 * Sends a delivery again, under its message id: an ended one as a new delivery, a waiting one at once. Undefined:
 * there is no such delivery, or its webhook is gone.
 */
export async function redeliverWebhook(tx: Tx, deliveryId: string): Promise<Redelivery | undefined> {
  const known = await maybeOne<{ webhookId: string; isActive: boolean; status: DeliveryStatus }>(
    tx,
    sql`select d.webhook_id as "webhookId", w.is_active as "isActive", d.status
          from webhook_deliveries d join webhooks w on w.id = d.webhook_id
         where d.id = ${deliveryId} and w.deleted_at is null
           for update of d`,
  );
  if (known === undefined) return undefined;
  const { webhookId, isActive, status } = known;
  if (!isActive) throw new Refusal('conflict', { detail: 'The webhook is switched off.' });
  const id = hasEnded(status) ? await copyDelivery(tx, deliveryId) : await makeDue(tx, deliveryId);
  tx.announce(webhooksDueChannel, webhookId);
  return { id, webhookId };
}

async function makeDue(tx: Tx, id: string): Promise<string> {
  await execute(
    tx,
    sql`update webhook_deliveries set next_attempt_at = least(next_attempt_at, clock_timestamp())
         where id = ${id} and status = 'pending'`,
  );
  return id;
}

async function copyDelivery(tx: Tx, id: string): Promise<string> {
  const made = await one<{ id: string }>(
    tx,
    sql`insert into webhook_deliveries (webhook_id, run_id, pos, event_type, body, origin_id, message_id)
        select webhook_id, run_id, pos, event_type, body, id, coalesce(message_id, id)
          from webhook_deliveries where id = ${id}
        returning id`,
  );
  return made.id;
}

/** Waiting deliveries of a moved endpoint are due at once. */
export async function makeAllDue(tx: Tx, webhookId: string): Promise<void> {
  await execute(
    tx,
    sql`update webhook_deliveries set next_attempt_at = clock_timestamp()
         where webhook_id = ${webhookId} and status = 'pending' and next_attempt_at > clock_timestamp()`,
  );
  tx.announce(webhooksDueChannel, webhookId);
}
