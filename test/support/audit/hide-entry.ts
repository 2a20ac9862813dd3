import type { Pool } from 'pg';
import { recordAudit } from '../../../src/db/audit/log.js';
import { hideAuditLog } from '../../../src/db/audit/query.js';
import { one, sql } from '../../../src/db/base/sql.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { testAdmin } from './entries.js';

/** As the API does: the mark and the entry that says so, in one transaction. */
export async function hideEntryOf(pool: Pool, resourceId: string): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const { id } = await one<{ id: string }>(
      tx,
      sql`select id from audit_logs where resource_id = ${resourceId} and not is_deleted`,
    );
    await hideAuditLog(tx, id);
    await recordAudit(tx, {
      actor: testAdmin,
      action: 'deleted',
      resourceType: 'audit_log',
      resourceId: id,
    });
  });
}
