import type { Pool } from 'pg';
import {
  breakOf,
  GENESIS_HASH,
  isCheckpointSigned,
  type AuditBreak,
  type AuditCheckpoint,
  type ChainPoint,
} from '../../crypto/audit-chain.js';
import { auditColumns, contentOf, hidingEntry, type AuditRow } from './rows.js';
import { readHead, readSegments, type AuditSegment } from './segments.js';
import { many, maybeOne, sql, type Db } from '../base/sql.js';
import { inSnapshot } from '../base/transaction.js';

/**
 * Checks the whole log against its chain and its signed checkpoints.
 *
 * V1. A single snapshot for everything: an entry that commits meanwhile is neither counted nor missed.
 * V2. A page of the chain at a time, so memory does not grow with the log.
 * V3. The caller seals first (seal.ts), so that whatever was committed before the call is covered.
 */
export interface AuditVerification {
  readonly valid: boolean;
  readonly checked: number;
  /** Everything up to this seq was pruned by retention and is vouched for by the signed end of its segment. */
  readonly prunedThrough: number;
  readonly checkpoint: AuditCheckpoint | null;
  readonly firstBroken?: BrokenEntry;
}

export interface BrokenEntry {
  readonly seq: number | null;
  readonly id: string | null;
  readonly reason: AuditBreak;
}

const PAGE = 2_000;

export async function verifyAuditLog(pool: Pool, trustedKeys: readonly string[]): Promise<AuditVerification> {
  return inSnapshot(pool, async (tx) => {
    const head = await readHead(tx);
    const segments = await readSegments(tx);
    const start = prunedEnd(segments);
    const walked = await walkChain(tx, start, segments);
    const firstBroken =
      walked.broken ??
      brokenSegment(segments, trustedKeys) ??
      brokenEnd(head, walked.end, trustedKeys) ??
      (await entryOutsideChain(tx)) ??
      (await hiddenEntryShown(tx));
    return {
      valid: firstBroken === undefined,
      checked: walked.end.seq - start.seq,
      prunedThrough: start.seq,
      checkpoint: head.checkpoint,
      ...(firstBroken === undefined ? {} : { firstBroken }),
    };
  });
}

function prunedEnd(segments: readonly AuditSegment[]): ChainPoint {
  return segments.filter((segment) => segment.pruned).at(-1)?.checkpoint ?? { seq: 0, hash: GENESIS_HASH };
}

type ChainRow = { seq: number; audit_id: string; content_hash: string; hash: string; hidden: boolean } & (
  | AuditRow
  | { [Column in keyof AuditRow]: null }
);

async function walkChain(
  db: Db,
  start: ChainPoint,
  segments: readonly AuditSegment[],
): Promise<{ end: ChainPoint; broken: BrokenEntry | undefined }> {
  const ends = new Map(segments.map((segment) => [segment.checkpoint.seq, segment.checkpoint.hash]));
  let end = start;
  for (;;) {
    const rows = await readChain(db, end.seq);
    for (const row of rows) {
      const reason = breakOfRow(end, row, ends);
      if (reason !== undefined) return { end, broken: locate(end, row, reason) };
      end = { seq: row.seq, hash: row.hash };
    }
    if (rows.length < PAGE) return { end, broken: undefined };
  }
}

function breakOfRow(
  previous: ChainPoint,
  row: ChainRow,
  ends: ReadonlyMap<number, string>,
): AuditBreak | undefined {
  const content = row.id === null ? null : contentOf(row);
  const link = { seq: row.seq, hash: row.hash, contentHash: row.content_hash, content };
  const reason = breakOf(previous, link);
  if (reason !== undefined) return reason;
  if (row.hidden) return 'hidden_without_entry';
  return (ends.get(row.seq) ?? row.hash) === row.hash ? undefined : 'segment_broken';
}

/** In a gap the missing entry is broken, not the one after it, and its id is gone. */
function locate(previous: ChainPoint, row: ChainRow, reason: AuditBreak): BrokenEntry {
  return reason === 'sequence_gap'
    ? { seq: previous.seq + 1, id: null, reason }
    : { seq: row.seq, id: row.audit_id, reason };
}

async function readChain(db: Db, afterSeq: number): Promise<ChainRow[]> {
  return many<ChainRow>(
    db,
    sql`select c.seq, c.audit_id, encode(c.content_hash, 'hex') as content_hash, encode(c.hash, 'hex') as hash,
               ${auditColumns},
               case when a.is_deleted then not exists (
                 select from audit_logs d
                  where d.resource_id = a.id and ${hidingEntry})
               else false end as hidden
          from audit_chain c left join audit_logs a on a.id = c.audit_id
         where c.seq > ${afterSeq} order by c.seq limit ${PAGE}`,
  );
}

/** Segments follow each other without a hole, the pruned ones come first, and each end is signed. */
function brokenSegment(
  segments: readonly AuditSegment[],
  trustedKeys: readonly string[],
): BrokenEntry | undefined {
  let expected = 1;
  let kept = false;
  for (const segment of segments) {
    if (segment.firstSeq !== expected || (kept && segment.pruned)) return at(expected, 'segment_broken');
    const reason = breakOfCheckpoint(segment.checkpoint, trustedKeys);
    if (reason !== undefined) return at(segment.checkpoint.seq, reason);
    kept ||= !segment.pruned;
    expected = segment.checkpoint.seq + 1;
  }
  return undefined;
}

function brokenEnd(
  head: { seq: number; checkpoint: AuditCheckpoint | null },
  end: ChainPoint,
  trustedKeys: readonly string[],
): BrokenEntry | undefined {
  if (end.seq < head.seq) return at(end.seq + 1, 'tail_missing');
  if (head.checkpoint === null) return end.seq === 0 ? undefined : at(end.seq, 'checkpoint_invalid');
  if (head.checkpoint.seq !== end.seq || head.checkpoint.hash !== end.hash)
    return at(end.seq, 'checkpoint_invalid');
  const reason = breakOfCheckpoint(head.checkpoint, trustedKeys);
  return reason === undefined ? undefined : at(end.seq, reason);
}

function breakOfCheckpoint(
  checkpoint: AuditCheckpoint,
  trustedKeys: readonly string[],
): AuditBreak | undefined {
  if (!isCheckpointSigned(checkpoint)) return 'checkpoint_invalid';
  return trustedKeys.includes(checkpoint.publicKey) ? undefined : 'checkpoint_key_unknown';
}

function at(seq: number, reason: AuditBreak): BrokenEntry {
  return { seq, id: null, reason };
}

/** Written past the program: in the log, but neither in the chain nor waiting for it. */
async function entryOutsideChain(db: Db): Promise<BrokenEntry | undefined> {
  const row = await maybeOne<{ id: string }>(
    db,
    sql`select a.id from audit_logs a
         where not exists (select from audit_chain c where c.audit_id = a.id)
           and not exists (select from audit_unsealed u where u.audit_id = a.id)
         order by a.timestamp, a.id limit 1`,
  );
  return row === undefined ? undefined : { seq: null, id: row.id, reason: 'not_in_chain' };
}

/** The mark of a hidden entry was taken away again, past the program. */
async function hiddenEntryShown(db: Db): Promise<BrokenEntry | undefined> {
  const row = await maybeOne<{ seq: number; id: string }>(
    db,
    sql`select c.seq, a.id
          from audit_logs d join audit_logs a on a.id = d.resource_id join audit_chain c on c.audit_id = a.id
         where ${hidingEntry} and not a.is_deleted
         order by c.seq limit 1`,
  );
  return row === undefined ? undefined : { ...row, reason: 'shown_though_hidden' };
}
