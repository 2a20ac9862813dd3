import type { ModelCallRecord, ToolCallRecord } from './call.js';
import type { ModelErrorKind } from './error-kind.js';

const retryableKinds: ReadonlySet<ModelErrorKind> = new Set([
  'rate_limited',
  'overloaded',
  'server',
  'network',
  'stalled',
]);

function isRetryableModelError(kind: ModelErrorKind): boolean {
  return retryableKinds.has(kind);
}

export interface ModelErrorDetails {
  readonly kind: ModelErrorKind;
  /** From Retry-After; null when the provider does not say. */
  readonly retryAfterMs?: number | null;
  readonly statusCode?: number | null;
  readonly provider: string;
  readonly model: string;
  /** Text from before the failure: a length stop has most of it. */
  readonly partialText?: string;
  readonly calls?: readonly ModelCallRecord[];
  readonly toolCalls?: readonly ToolCallRecord[];
}

/**
 * Carries no `cause`, which a logger would print. The provider's own errors hold the prompt, the headers and sometimes
 * the key. The message has already been cleaned of keys and is safe to show.
 */
export class ModelCallError extends Error {
  override readonly name = 'ModelCallError';
  readonly kind: ModelErrorKind;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly statusCode: number | null;
  readonly provider: string;
  readonly model: string;
  readonly partialText: string;
  /** Every call that was made, for the ledger and the budget: failed attempts are paid for too. */
  readonly calls: readonly ModelCallRecord[];
  readonly toolCalls: readonly ToolCallRecord[];

  constructor(message: string, details: ModelErrorDetails) {
    super(message);
    this.kind = details.kind;
    this.retryable = isRetryableModelError(details.kind);
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.statusCode = details.statusCode ?? null;
    this.provider = details.provider;
    this.model = details.model;
    this.partialText = details.partialText ?? '';
    this.calls = details.calls ?? [];
    this.toolCalls = details.toolCalls ?? [];
  }
}
