import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../domain/audit/canonical-json.js';
import { ofEverySecret, type SigningSecrets } from './signing-secrets.js';

/** What the API vouches for when it hands a decision to a workflow. */
export interface VouchedDecision {
  readonly workflowId: string;
  /** Of the Update that brings it: a signature that is taken from a history is worth nothing with another one. */
  readonly commandId: string;
  readonly kind: string;
  readonly gate: object | string | null;
  readonly by: object;
}

/**
 * Whoever reaches Temporal can send a workflow any name as the one who decided. So the API signs who it was, and the
 * projection believes nothing that is not signed.
 */
export interface DeciderSignatures {
  sign(decision: VouchedDecision): string;
  isSigned(decision: VouchedDecision, signature: string | undefined): boolean;
}

export function createDeciderSignatures(secrets: SigningSecrets): DeciderSignatures {
  const [current, ...others] = ofEverySecret(secrets, (secret) =>
    Buffer.from(hkdfSync('sha256', secret, '', 'sluice deciders', 32)),
  );
  return {
    sign: (decision) => macOf(current, decision),
    isSigned: (decision, signature = '') =>
      [current, ...others].some((secret) => isSame(macOf(secret, decision), signature)),
  };
}

function macOf(secret: Buffer, { workflowId, commandId, kind, gate, by }: VouchedDecision): string {
  const text = canonicalJson({ workflowId, commandId, kind, gate, by });
  return createHmac('sha256', secret).update(text).digest('base64url');
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
