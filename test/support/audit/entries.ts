import type { Pool } from 'pg';
import { createAuditKeys } from '../../../src/crypto/audit-chain.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { recordAudit, type AuditEntry } from '../../../src/db/audit/log.js';
import { sealAuditLog } from '../../../src/db/audit/seal.js';
import { verifyAuditLog, type AuditVerification } from '../../../src/db/audit/verify.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { testSecrets } from '../servers/object-stores.js';

export const testAuditKeys = createAuditKeys(testSecrets, []);

export const testAdmin: Principal = {
  userId: 'usr_00000000000000000000000001',
  email: 'admin@example.org',
  name: 'Ada',
  role: 'ADMIN',
  via: 'api_key',
};

export async function writeEntry(pool: Pool, entry: Partial<AuditEntry> = {}): Promise<void> {
  await withTransaction(pool, (tx) =>
    recordAudit(tx, {
      actor: testAdmin,
      action: 'created',
      resourceType: 'user',
      resourceId: 'usr_x',
      ...entry,
    }),
  );
}

export async function seal(pool: Pool, segmentSize = 10_000): Promise<number> {
  return sealAuditLog(pool, { signer: testAuditKeys.signer, whenBusy: 'wait', segmentSize, batchSize: 100 });
}

export async function verifyLog(pool: Pool): Promise<AuditVerification> {
  return verifyAuditLog(pool, testAuditKeys.trusted);
}

/** Changes rows as the owner of the database, whom no trigger stops. */
export async function tamper(pool: Pool, statements: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`begin; set local session_replication_role = replica; ${statements}; commit`);
  } finally {
    client.release();
  }
}

/** As in the beginning: no entries, and a chain that starts anew. */
export async function emptyLog(pool: Pool): Promise<void> {
  await tamper(
    pool,
    `truncate audit_logs, audit_chain, audit_segments, audit_unsealed;
     update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex'), segment_first_seq = 1,
       segment_opened_at = null, signed_at = null, public_key = null, signature = null`,
  );
}
