import type { Pool } from 'pg';
import { retentionBatch } from '../runs/retention.js';
import { execute, sql } from '../base/sql.js';

/** The webhooks' part in the retention: ended deliveries, then removed webhooks of which nothing is left. */
export function webhookRetention(pool: Pool, keepDays: number): Record<string, () => Promise<number>> {
  return {
    webhookDeliveries: () => removeDeliveries(pool, keepDays),
    webhooks: () =>
      execute(
        pool,
        sql`delete from webhooks w
             where deleted_at < now() - make_interval(days => ${keepDays})
               and not exists (select from webhook_deliveries where webhook_id = w.id)`,
      ),
  };
}

function removeDeliveries(pool: Pool, keepDays: number): Promise<number> {
  return execute(
    pool,
    sql`delete from webhook_deliveries
         where id in (select id from webhook_deliveries
                       where finished_at < now() - make_interval(days => ${keepDays})
                       limit ${retentionBatch})`,
  );
}
