import type { Webhook } from '../../contracts/webhooks/webhook.js';
import { MOST_WEBHOOKS, SECRET_OVERLAP_HOURS } from '../../contracts/webhooks/webhook.js';
import { Refusal } from '../../contracts/refusal.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, many, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

const columns: Sql = sql`id, url, description, events, is_active as "isActive", disabled_reason as "disabledReason",
  disabled_at as "disabledAt",
  case when previous_secret_until > now() then previous_secret_until end as "previousSecretUntil",
  last_success_at as "lastSuccessAt", failing_since as "failingSince", version, created_by as "createdBy",
  created_at as "createdAt", updated_at as "updatedAt"`;

export function listWebhooks(
  db: Db,
  filters: { readonly isActive: boolean | undefined },
  page: PageRequest,
): Promise<Webhook[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`created_at`, id: sql`id` });
  const active = filters.isActive === undefined ? sql`true` : sql`is_active = ${filters.isActive}`;
  return many<Webhook>(
    db,
    sql`select ${columns} from webhooks
         where deleted_at is null and ${active} and ${where} order by ${orderBy} limit ${page.limit + 1}`,
  );
}

export function findWebhook(db: Db, id: string): Promise<Webhook | undefined> {
  return maybeOne<Webhook>(db, sql`select ${columns} from webhooks where id = ${id} and deleted_at is null`);
}

/** Locks the row until the end of the transaction, so that what was checked about it stays true. */
export async function lockWebhook(tx: Tx, id: string): Promise<Webhook> {
  const found = await maybeOne<Webhook>(
    tx,
    // Not the key: events go on being queued for it meanwhile.
    sql`select ${columns} from webhooks where id = ${id} and deleted_at is null for no key update`,
  );
  if (found === undefined) throw new Refusal('not_found');
  return found;
}

export interface NewWebhook {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly events: readonly string[];
  readonly isActive: boolean;
  readonly sealedSecret: Buffer;
  readonly createdBy: string;
}

export async function insertWebhook(tx: Tx, webhook: NewWebhook): Promise<Webhook> {
  const made = await maybeOne<Webhook>(
    tx,
    sql`insert into webhooks (id, url, description, events, is_active, secret, created_by)
        select ${webhook.id}, ${webhook.url}, ${webhook.description}, ${[...webhook.events]}::text[],
               ${webhook.isActive}::boolean, ${webhook.sealedSecret}::bytea, ${webhook.createdBy}
         where (select count(*) from webhooks where deleted_at is null) < ${MOST_WEBHOOKS}
        returning ${columns}`,
  );
  if (made !== undefined) return made;
  throw new Refusal('conflict', { detail: `There are ${MOST_WEBHOOKS} webhooks already.` });
}

export interface WebhookChange {
  readonly url?: string | undefined;
  readonly description?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly isActive?: boolean | undefined;
}

/**
 * For a row that this transaction has locked. An endpoint that is enabled or moved begins anew, without its old
 * failures.
 */
export function updateWebhook(tx: Tx, id: string, change: WebhookChange): Promise<Webhook> {
  const events = change.events === undefined ? null : [...change.events];
  const anew = change.url !== undefined || change.isActive === true;
  return one<Webhook>(
    tx,
    sql`update webhooks
           set url = coalesce(${change.url}, url),
               description = coalesce(${change.description}, description),
               events = coalesce(${events}::text[], events),
               is_active = coalesce(${change.isActive}::boolean, is_active),
               disabled_reason = case when ${change.isActive !== undefined} then null else disabled_reason end,
               disabled_at = case when ${change.isActive}::boolean then null
                                  when not ${change.isActive}::boolean then clock_timestamp()
                                  else disabled_at end,
               failing_since = case when ${anew} then null else failing_since end,
               hold_until = case when ${anew} then null else hold_until end,
               version = version + 1,
               updated_at = clock_timestamp()
         where id = ${id}
        returning ${columns}`,
  );
}

/** The replaced secret goes on signing for a day, so that receivers can change over without losing a delivery. */
export function replaceSecret(tx: Tx, id: string, sealedSecret: Buffer): Promise<Webhook> {
  return one<Webhook>(
    tx,
    sql`update webhooks
           set previous_secret = secret,
               previous_secret_until = clock_timestamp() + make_interval(hours => ${SECRET_OVERLAP_HOURS}),
               secret = ${sealedSecret},
               version = version + 1,
               updated_at = clock_timestamp()
         where id = ${id}
        returning ${columns}`,
  );
}

/** It is gone for everybody at once; its log stays until the retention takes it. */
export async function removeWebhook(tx: Tx, id: string): Promise<void> {
  await execute(
    tx,
    sql`update webhooks
           set deleted_at = clock_timestamp(), is_active = false, secret = null, previous_secret = null,
               version = version + 1
         where id = ${id}`,
  );
}
