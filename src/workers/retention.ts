import type { Pool } from 'pg';
import { auditRetention } from '../db/audit/retention.js';
import { notificationRetention } from '../db/notifications/retention.js';
import { webhookRetention } from '../db/webhooks/retention.js';
import type { Config } from '../platform/config.js';

/** Removals beside finished runs: each kind of record is kept as long as the configuration says. */
export function retentionOf(pool: Pool, config: Config): Record<string, () => Promise<number>> {
  const { retentionDays, auditRetentionDays, caughtMailRetentionDays } = config;
  return {
    ...auditRetention(pool, auditRetentionDays),
    ...webhookRetention(pool, retentionDays),
    ...notificationRetention(pool, { deliveries: retentionDays, caughtMails: caughtMailRetentionDays }),
  };
}
