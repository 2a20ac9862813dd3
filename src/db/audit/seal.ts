import type { Pool } from 'pg';
import {
  contentHash,
  GENESIS_HASH,
  linkHash,
  type AuditCheckpoint,
  type AuditSigner,
} from '../../crypto/audit-chain.js';
import { auditColumns, contentOf, type AuditRow } from './rows.js';
import { execute, many, maybeOne, one, prepared, sql } from '../base/sql.js';
import { withTransaction, type Tx } from '../base/transaction.js';

/**
 * Gives committed entries their place in the hash chain.
 *
 * S1. Only the holder of the lock on audit_head's row appends, so the chain cannot fork, however many processes seal.
 * S2. An entry leaves audit_unsealed in the transaction that puts it into the chain: never lost, never twice.
 * S3. Writers never wait for a sealer. A chain in each writing transaction would hold its lock until the commit is on
 *     disk (measured in docs/users-and-audit.md).
 */
export interface SealOptions {
  readonly signer: AuditSigner;
  /** `wait` for another sealer, for an answer that must cover every committed entry; `skip` when one is at work. */
  readonly whenBusy: 'wait' | 'skip';
  readonly batchSize?: number;
  readonly segmentSize?: number;
}

interface Head {
  seq: number;
  hash: string;
  segment_first_seq: number;
  segment_opened_at: string | null;
  segment_is_old: boolean;
}

/** An entry that was removed before it was sealed leaves its id behind; its link then names what is missing. */
type Taken = { audit_id: string } & (AuditRow | { [Column in keyof AuditRow]: null });

interface Link {
  seq: number;
  auditId: string;
  contentHash: string;
  hash: string;
}

const BATCH = 1_000;
const SEGMENT = 10_000;

/** Seals everything that is committed now and gives the number of entries. */
export async function sealAuditLog(pool: Pool, options: SealOptions): Promise<number> {
  const batchSize = options.batchSize ?? BATCH;
  let sealed = 0;
  for (;;) {
    // An entry that another sealer has taken is visible here until its commit: nothing to see means nothing to do.
    if (!(await hasUnsealed(pool))) return sealed;
    const count = await withTransaction(pool, (tx) => sealBatch(tx, options, batchSize));
    sealed += count;
    if (count < batchSize) return sealed;
  }
}

async function hasUnsealed(pool: Pool): Promise<boolean> {
  return (await one<{ found: boolean }>(pool, sql`select exists (select from audit_unsealed) as found`))
    .found;
}

async function sealBatch(tx: Tx, options: SealOptions, batchSize: number): Promise<number> {
  const head = await lockHead(tx, options.whenBusy);
  if (head === undefined) return 0;
  const rows = await takeUnsealed(tx, batchSize);
  if (rows.length === 0) return 0;
  const links = linkRows(rows, head);
  const last = links.at(-1)!;
  await insertLinks(tx, links);
  const signed = options.signer.sign(last.seq, last.hash, wholeSecond(new Date()));
  const isFull = last.seq - head.segment_first_seq + 1 >= (options.segmentSize ?? SEGMENT);
  const closes = isFull || head.segment_is_old;
  if (closes) await closeSegment(tx, head.segment_first_seq, signed);
  await moveHead(tx, signed, closes);
  return rows.length;
}

async function lockHead(tx: Tx, whenBusy: 'wait' | 'skip'): Promise<Head | undefined> {
  return maybeOne<Head>(
    tx,
    sql`select seq, encode(hash, 'hex') as hash, segment_first_seq, segment_opened_at,
               coalesce(segment_opened_at < now() - interval '1 day', false) as segment_is_old
          from audit_head for update ${whenBusy === 'skip' ? sql`skip locked` : sql``}`,
  );
}

/** Oldest first inside a batch. Between batches the order is that of sealing, which is what `seq` says. */
async function takeUnsealed(tx: Tx, batchSize: number): Promise<Taken[]> {
  return many<Taken>(
    tx,
    prepared(
      'audit.take_unsealed',
      sql`with taken as (
          delete from audit_unsealed
           where ctid = any (array(select ctid from audit_unsealed limit ${batchSize}))
          returning audit_id)
        select taken.audit_id, ${auditColumns}
          from taken left join audit_logs a on a.id = taken.audit_id order by a.timestamp, taken.audit_id`,
    ),
  );
}

function linkRows(rows: readonly Taken[], head: Head): Link[] {
  let { seq, hash } = head;
  return rows.map((row) => {
    const hashOfContent = row.id === null ? GENESIS_HASH : contentHash(contentOf(row));
    seq += 1;
    hash = linkHash(seq, hash, hashOfContent);
    return { seq, auditId: row.audit_id, contentHash: hashOfContent, hash };
  });
}

/** The database would give fractions back in another spelling than the one that was signed. */
function wholeSecond(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

async function insertLinks(tx: Tx, links: readonly Link[]): Promise<void> {
  await execute(
    tx,
    prepared(
      'audit.seal',
      sql`insert into audit_chain (seq, audit_id, content_hash, hash)
        select seq, audit_id, decode(content_hash, 'hex'), decode(hash, 'hex')
          from unnest(${links.map((link) => link.seq)}::bigint[], ${links.map((link) => link.auditId)}::text[],
                      ${links.map((link) => link.contentHash)}::text[], ${links.map((link) => link.hash)}::text[])
            as link (seq, audit_id, content_hash, hash)`,
    ),
  );
}

async function closeSegment(tx: Tx, firstSeq: number, signed: AuditCheckpoint): Promise<void> {
  await execute(
    tx,
    sql`insert into audit_segments (first_seq, last_seq, last_hash, signed_at, public_key, signature)
        values (${firstSeq}, ${signed.seq}, decode(${signed.hash}, 'hex'), ${signed.signedAt},
                decode(${signed.publicKey}, 'hex'), decode(${signed.signature}, 'hex'))`,
  );
}

async function moveHead(tx: Tx, signed: AuditCheckpoint, closesSegment: boolean): Promise<void> {
  await execute(
    tx,
    sql`update audit_head
           set seq = ${signed.seq}, hash = decode(${signed.hash}, 'hex'), signed_at = ${signed.signedAt},
               public_key = decode(${signed.publicKey}, 'hex'), signature = decode(${signed.signature}, 'hex'),
               segment_first_seq = case when ${closesSegment}::boolean then ${signed.seq}::bigint + 1
                                        else segment_first_seq end,
               segment_opened_at = case when ${closesSegment}::boolean then null
                                        else coalesce(segment_opened_at, now()) end`,
  );
}
