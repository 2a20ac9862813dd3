import type { Pool } from 'pg';
import { recordAudit } from './log.js';
import { maybeOne, sql } from '../base/sql.js';
import { withTransaction } from '../base/transaction.js';

/** The log's part in the retention; nothing where entries are kept for ever. */
export function auditRetention(pool: Pool, keepDays: number): Record<string, () => Promise<number>> {
  return keepDays === 0 ? {} : { auditLog: () => pruneAuditLog(pool, { keepDays }) };
}

/**
 * Removes whole sealed segments, oldest first, whose every entry is older than `keepDays`; each removal is an entry
 * itself. The signed end of a removed segment stays, and the rest of the chain is verified from there.
 */
export async function pruneAuditLog(pool: Pool, options: { keepDays: number }): Promise<number> {
  let pruned = 0;
  for (;;) {
    const removed = await withTransaction(pool, async (tx) => {
      const segment = await maybeOne<{ first_seq: number; last_seq: number; entries: number }>(
        tx,
        sql`select * from prune_audit_segment(now() - make_interval(days => ${options.keepDays}))`,
      );
      if (segment === undefined) return undefined;
      const { first_seq: firstSeq, last_seq: lastSeq, entries } = segment;
      await recordAudit(tx, {
        actor: { system: 'retention' },
        action: 'pruned',
        resourceType: 'audit_log',
        resourceId: `${firstSeq}-${lastSeq}`,
        after: { firstSeq, lastSeq, entries, keepDays: options.keepDays },
      });
      return entries;
    });
    if (removed === undefined) return pruned;
    pruned += removed;
  }
}
