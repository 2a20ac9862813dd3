import { canonicalJson } from '../domain/audit/canonical-json.js';
import { createMacs } from './macs.js';
import type { SigningSecrets } from './signing-secrets.js';

/** The API's signature on a decision for a workflow. */
export interface VouchedDecision {
  readonly workflowId: string;
  /** Of the Update that brings it: a signature that is taken from a history is worth nothing with another one. */
  readonly commandId: string;
  readonly kind: string;
  readonly gate: object | string | null;
  readonly by: object;
}

/**
 * Any client of Temporal can send a workflow any name as the decider. So the API signs who it was, and the projection
 * believes nothing that is not signed.
 */
export interface DeciderSignatures {
  sign(decision: VouchedDecision): string;
  isSigned(decision: VouchedDecision, signature: string | undefined): boolean;
}

export function createDeciderSignatures(secrets: SigningSecrets): DeciderSignatures {
  const macs = createMacs(secrets, 'sluice deciders');
  return {
    sign: (decision) => macs.of(textOf(decision)),
    isSigned: (decision, signature = '') => macs.matches(textOf(decision), signature),
  };
}

function textOf({ workflowId, commandId, kind, gate, by }: VouchedDecision): string {
  return canonicalJson({ workflowId, commandId, kind, gate, by });
}
