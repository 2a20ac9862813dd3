import { z } from 'zod';
import {
  auditCheckpointSchema,
  breakOf,
  contentHash,
  isCheckpointSigned,
  isHidingEntry,
  type AuditBreak,
  type AuditCheckpoint,
  type AuditContent,
  type ChainPoint,
} from './audit-chain.js';

/**
 * An exported stretch of the log, in which a stranger can follow the chain without our database.
 *
 * F1. The records are a header, the stretch without a gap, and a signed checkpoint of its last entry.
 * F2. An entry that the export's filter left out stands there as a link: its hashes, without what it says.
 * F3. `isDeleted` is in no hash, so it says only what the stretch itself can prove. It is true where an entry of the
 *     stretch hid this one (isHidingEntry). An entry hidden after the end of the range is not hidden in it.
 */
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const contentSchema = z.strictObject({
  id: z.string(),
  timestamp: z.string(),
  actorId: z.string().nullable(),
  actorName: z.string(),
  actorEmail: z.string().nullable(),
  actorRole: z.string(),
  action: z.string(),
  resourceType: z.string(),
  resourceId: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  reason: z.string().nullable(),
  requestId: z.string().nullable(),
  origin: z.unknown(),
});

export const AUDIT_FILE_FORMAT = 'sluice audit log 1';

const point = z.object({ seq: z.number().int().min(0), hash });

export const auditRecordSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), format: z.literal(AUDIT_FILE_FORMAT), after: point }),
  z.strictObject({
    type: z.literal('entry'),
    seq: z.number().int(),
    hash,
    entry: contentSchema,
    isDeleted: z.boolean(),
  }),
  z.strictObject({ type: z.literal('link'), seq: z.number().int(), hash, contentHash: hash }),
  z.strictObject({ type: z.literal('checkpoint'), checkpoint: auditCheckpointSchema }),
]);
export type AuditRecord = z.infer<typeof auditRecordSchema>;
type EntryRecord = Extract<AuditRecord, { type: 'entry' }>;
type LinkRecord = Extract<AuditRecord, { type: 'link' }>;

export interface AuditFileVerdict {
  readonly valid: boolean;
  readonly firstSeq: number | null;
  readonly entries: number;
  /** Entries of which the file has only the hashes. */
  readonly links: number;
  readonly checkpoint: AuditCheckpoint | null;
  readonly firstBroken?: {
    readonly seq: number | null;
    readonly id: string | null;
    readonly reason: AuditBreak;
  };
}

/** Thrown for a file that is not one of ours at all. */
export class AuditFileError extends Error {
  override readonly name = 'AuditFileError';
}

/**
 * Checks the records as they come, holding none of them. `knownKey` is the public key that the file must be signed
 * with. They are read twice. A later entry hides an earlier one, and waiting for it would hold the id of every entry.
 */
export async function verifyAuditRecords(
  read: () => AsyncIterable<AuditRecord>,
  knownKey?: string,
): Promise<AuditFileVerdict> {
  const walker = new RecordWalker(await readHiding(read()), knownKey);
  for await (const record of read()) {
    if (!walker.accept(record)) break;
  }
  return walker.verdict();
}

interface Hiding {
  /** Ids of the entries that an entry of the file hid. */
  readonly hidden: ReadonlySet<string>;
  /** Then what hid an entry may be among what was left out. */
  readonly hasLinks: boolean;
}

async function readHiding(records: AsyncIterable<AuditRecord>): Promise<Hiding> {
  const hidden = new Set<string>();
  let hasLinks = false;
  for await (const record of records) {
    if (record.type === 'link') hasLinks = true;
    if (record.type === 'entry' && isHidingEntry(record.entry)) hidden.add(record.entry.resourceId);
  }
  return { hidden, hasLinks };
}

function breakOfMark(
  { entry, isDeleted }: EntryRecord,
  { hidden, hasLinks }: Hiding,
): AuditBreak | undefined {
  const wasHidden = hidden.has(entry.id);
  if (wasHidden && !isDeleted) return 'shown_though_hidden';
  return isDeleted && !wasHidden && !hasLinks ? 'hidden_without_entry' : undefined;
}

class RecordWalker {
  #end: ChainPoint | undefined;
  #firstSeq: number | null = null;
  #entries = 0;
  #links = 0;
  #checkpoint: AuditCheckpoint | null = null;
  #broken: AuditFileVerdict['firstBroken'];
  readonly #hiding: Hiding;
  readonly #knownKey: string | undefined;

  constructor(hiding: Hiding, knownKey: string | undefined) {
    this.#hiding = hiding;
    this.#knownKey = knownKey;
  }

  /** False: something is broken, and nothing after it can be trusted. */
  accept(record: AuditRecord): boolean {
    if (record.type === 'header') {
      if (this.#end !== undefined) throw new AuditFileError('the file has a second header');
      this.#end = record.after;
      return true;
    }
    if (this.#end === undefined) throw new AuditFileError('the file does not begin with a header');
    if (this.#checkpoint !== null) return this.#fail(this.#end.seq, null, 'checkpoint_invalid');
    return record.type === 'checkpoint'
      ? this.#acceptCheckpoint(this.#end, record.checkpoint)
      : this.#acceptLink(this.#end, record);
  }

  verdict(): AuditFileVerdict {
    if (this.#end === undefined) throw new AuditFileError('the file is empty');
    if (this.#broken === undefined && this.#checkpoint === null)
      this.#fail(this.#end.seq + 1, null, 'tail_missing');
    return {
      valid: this.#broken === undefined,
      firstSeq: this.#firstSeq,
      entries: this.#entries,
      links: this.#links,
      checkpoint: this.#checkpoint,
      ...(this.#broken === undefined ? {} : { firstBroken: this.#broken }),
    };
  }

  #acceptLink(end: ChainPoint, record: EntryRecord | LinkRecord): boolean {
    const content = record.type === 'entry' ? (record.entry as AuditContent) : undefined;
    const hashOfContent =
      record.type === 'link' ? record.contentHash : contentHash(record.entry as AuditContent);
    const reason = breakOf(end, {
      seq: record.seq,
      hash: record.hash,
      contentHash: hashOfContent,
      content: undefined,
    });
    if (reason === 'sequence_gap') return this.#fail(end.seq + 1, null, reason);
    // The content's hash is not in the file: a link that does not fit means a changed entry.
    if (reason !== undefined)
      return this.#fail(record.seq, content?.id ?? null, content ? 'content_changed' : reason);
    const markBreak = record.type === 'entry' ? breakOfMark(record, this.#hiding) : undefined;
    if (markBreak !== undefined) return this.#fail(record.seq, content?.id ?? null, markBreak);
    this.#firstSeq ??= record.seq;
    if (content === undefined) this.#links += 1;
    else this.#entries += 1;
    this.#end = { seq: record.seq, hash: record.hash };
    return true;
  }

  #acceptCheckpoint(end: ChainPoint, checkpoint: AuditCheckpoint): boolean {
    if (checkpoint.seq > end.seq) return this.#fail(end.seq + 1, null, 'tail_missing');
    if (checkpoint.seq !== end.seq || checkpoint.hash !== end.hash || !isCheckpointSigned(checkpoint)) {
      return this.#fail(end.seq, null, 'checkpoint_invalid');
    }
    if (this.#knownKey !== undefined && checkpoint.publicKey !== this.#knownKey) {
      return this.#fail(end.seq, null, 'checkpoint_key_unknown');
    }
    this.#checkpoint = checkpoint;
    return true;
  }

  #fail(seq: number | null, id: string | null, reason: AuditBreak): false {
    this.#broken ??= { seq, id, reason };
    return false;
  }
}
