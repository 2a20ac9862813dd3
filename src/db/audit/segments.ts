import type { AuditCheckpoint } from '../../crypto/audit-chain.js';
import { signedTime } from './signed-time.js';
import { many, one, sql, type Db } from '../base/sql.js';

export interface AuditSegment {
  readonly firstSeq: number;
  /** Its `seq` is the last of the segment. */
  readonly checkpoint: AuditCheckpoint;
  readonly pruned: boolean;
}

interface SignedColumns {
  signed_at: string;
  public_key: string;
  signature: string;
}

/** Where the chain ends, and what was signed about it; no checkpoint while the log is empty. */
export async function readHead(db: Db): Promise<{ seq: number; checkpoint: AuditCheckpoint | null }> {
  const row = await one<{ seq: number; hash: string } & (SignedColumns | { signed_at: null })>(
    db,
    sql`select seq, encode(hash, 'hex') as hash, signed_at,
               encode(public_key, 'hex') as public_key, encode(signature, 'hex') as signature
          from audit_head`,
  );
  return { seq: row.seq, checkpoint: row.signed_at === null ? null : checkpointOf(row) };
}

/** All closed segments, oldest first: one row for every ten thousand entries, pruned ones included. */
export async function readSegments(db: Db): Promise<AuditSegment[]> {
  const rows = await many<{ first_seq: number; seq: number; hash: string; pruned: boolean } & SignedColumns>(
    db,
    sql`select first_seq, last_seq as seq, encode(last_hash, 'hex') as hash, signed_at, pruned_at is not null as pruned,
               encode(public_key, 'hex') as public_key, encode(signature, 'hex') as signature
          from audit_segments order by first_seq`,
  );
  return rows.map((row) => ({ firstSeq: row.first_seq, checkpoint: checkpointOf(row), pruned: row.pruned }));
}

function checkpointOf(row: { seq: number; hash: string } & SignedColumns): AuditCheckpoint {
  return {
    seq: row.seq,
    hash: row.hash,
    signedAt: signedTime(row.signed_at),
    publicKey: row.public_key,
    signature: row.signature,
  };
}
