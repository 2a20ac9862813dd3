import type { Pool } from 'pg';
import { execute, sql } from '../base/sql.js';
import { retentionBatch } from '../runs/retention.js';

/**
 * The notifications' part in the retention.
 *
 * R1. A delivery whose deadline is open stays: without its key a later run would send it again.
 * R2. Its text and address go nevertheless.
 * R3. Unsent deliveries stay, however old they are.
 */
export function notificationRetention(
  pool: Pool,
  days: { readonly deliveries: number; readonly caughtMails: number },
): Record<string, () => Promise<number>> {
  return {
    notificationDeliveries: () => removeDeliveries(pool, days.deliveries),
    notificationContents: () => emptyDeliveries(pool, days.deliveries),
    caughtMails: () => removeCaughtMails(pool, days.caughtMails),
  };
}

const isOver = (days: number) => sql`status in ('sent', 'failed', 'unknown', 'skipped')
  and updated_at < now() - make_interval(days => ${days})`;

const isAboutOpenDeadline = sql`exists (select from notification_keys keys
  join deadlines on deadlines.id = keys.deadline_id and deadlines.state = 'open'
  where keys.delivery_id = deliveries.id)`;

function removeDeliveries(pool: Pool, days: number): Promise<number> {
  return execute(
    pool,
    sql`delete from notification_deliveries
         where id in (select id from notification_deliveries deliveries
                       where ${isOver(days)} and not ${isAboutOpenDeadline} limit ${retentionBatch})`,
  );
}

function emptyDeliveries(pool: Pool, days: number): Promise<number> {
  return execute(
    pool,
    sql`update notification_deliveries set content = '{}'
         where id in (select id from notification_deliveries deliveries
                       where ${isOver(days)} and content <> '{}' and ${isAboutOpenDeadline} limit ${retentionBatch})`,
  );
}

function removeCaughtMails(pool: Pool, days: number): Promise<number> {
  return execute(
    pool,
    sql`delete from caught_mails
         where id in (select id from caught_mails
                       where received_at < now() - make_interval(days => ${days}) limit ${retentionBatch})`,
  );
}
