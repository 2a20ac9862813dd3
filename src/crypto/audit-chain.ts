import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../domain/audit/canonical-json.js';
import { ofEverySecret, type SigningSecrets } from './signing-secrets.js';

/**
 * The rules of the chain, for its writer, its verifier, and a stranger with a file and no database.
 *
 * H1. content hash = sha256(canonical JSON of what the entry says). `isDeleted` is not in it: hiding an entry is an
 *     entry of its own.
 * H2. hash = sha256(seq, hash of seq - 1, content hash). It needs no secret, so anyone can follow it.
 * H3. A forger with the whole database cannot sign: a checkpoint is an Ed25519 signature over seq and hash.
 */
export interface AuditContent {
  readonly id: string;
  readonly timestamp: string;
  readonly actorId: string | null;
  readonly actorName: string;
  readonly actorEmail: string | null;
  readonly actorRole: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | null;
  readonly requestId: string | null;
  readonly origin: unknown;
}

/** Whether it hid the entry that `resourceId` names (H1). */
export function isHidingEntry({
  resourceType,
  action,
}: Pick<AuditContent, 'resourceType' | 'action'>): boolean {
  return resourceType === 'audit_log' && action === 'deleted';
}

/** The hash before the first entry. */
export const GENESIS_HASH = '0'.repeat(64);

export function contentHash(content: AuditContent): string {
  return sha256(canonicalJson(content));
}

export function linkHash(seq: number, previousHash: string, hashOfContent: string): string {
  return sha256(`${seq}\n${previousHash}\n${hashOfContent}`);
}

/** The end of what was checked so far. */
export interface ChainPoint {
  readonly seq: number;
  readonly hash: string;
}

export interface ChainLink extends ChainPoint {
  readonly contentHash: string;
  /** The entry's content; null when it is gone, undefined when this reader did not get it (a filtered export). */
  readonly content: AuditContent | null | undefined;
}

export const auditBreakSchema = z
  .enum([
    'sequence_gap',
    'link_broken',
    'entry_missing',
    'content_changed',
    'hidden_without_entry',
    'shown_though_hidden',
    'not_in_chain',
    'tail_missing',
    'segment_broken',
    'checkpoint_invalid',
    'checkpoint_key_unknown',
  ])
  .meta({ id: 'AuditBreak' });
export type AuditBreak = z.infer<typeof auditBreakSchema>;

/** The fault of a link that should follow `previous`; undefined without one. */
export function breakOf(previous: ChainPoint, link: ChainLink): AuditBreak | undefined {
  if (link.seq !== previous.seq + 1) return 'sequence_gap';
  if (link.content === null) return 'entry_missing';
  if (link.content !== undefined && contentHash(link.content) !== link.contentHash) return 'content_changed';
  return linkHash(link.seq, previous.hash, link.contentHash) === link.hash ? undefined : 'link_broken';
}

const hex = (bytes: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

export const auditCheckpointSchema = z
  .object({
    seq: z.number().int().min(0),
    hash: hex(32),
    signedAt: z.string(),
    publicKey: hex(32).meta({ description: 'Ed25519 public key. Compare it with the one you know.' }),
    signature: hex(64),
  })
  .meta({ id: 'AuditCheckpoint', description: 'Signed statement that the chain had this hash at this seq.' });
export type AuditCheckpoint = z.infer<typeof auditCheckpointSchema>;

export interface AuditSigner {
  readonly publicKey: string;
  sign(seq: number, hash: string, signedAt: string): AuditCheckpoint;
}

const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** The signing key is derived from the installation's secret, so there is no further secret to keep. */
export function createAuditSigner(signingSecret: string): AuditSigner {
  const seed = Buffer.from(hkdfSync('sha256', signingSecret, '', 'sluice audit checkpoint', 32));
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey)
    .export({ format: 'der', type: 'spki' })
    .subarray(SPKI_HEAD.length)
    .toString('hex');
  return {
    publicKey,
    sign: (seq, hash, signedAt) => ({
      seq,
      hash,
      signedAt,
      publicKey,
      signature: sign(null, checkpointText(seq, hash, signedAt), privateKey).toString('hex'),
    }),
  };
}

/** The key that signs, and all whose checkpoints count: a log outlives many a secret. */
export interface AuditKeys {
  readonly signer: AuditSigner;
  readonly trusted: readonly string[];
}

/** `retired` are public keys of secrets that are no longer known here. */
export function createAuditKeys(secrets: SigningSecrets, retired: readonly string[]): AuditKeys {
  const [signer, ...earlier] = ofEverySecret(secrets, createAuditSigner);
  return { signer, trusted: [...[signer, ...earlier].map(({ publicKey }) => publicKey), ...retired] };
}

/** Whether the checkpoint was signed with the key that it names. Whether that key is ours is for the caller to say. */
export function isCheckpointSigned(checkpoint: AuditCheckpoint): boolean {
  const { seq, hash, signedAt } = checkpoint;
  const text = checkpointText(seq, hash, signedAt);
  return verify(null, text, publicKeyOf(checkpoint.publicKey), Buffer.from(checkpoint.signature, 'hex'));
}

function publicKeyOf(publicKey: string): KeyObject {
  const key = Buffer.concat([SPKI_HEAD, Buffer.from(publicKey, 'hex')]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

function checkpointText(seq: number, hash: string, signedAt: string): Buffer {
  return Buffer.from(`sluice audit checkpoint 1\n${seq}\n${hash}\n${signedAt}`, 'utf8');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
