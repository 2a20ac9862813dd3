import type { ModelCallRecord, ModelTotals, ModelUsage, ToolCallRecord } from '../call.js';
import type { ModelErrorKind } from '../error-kind.js';
import { costOf, priceOf, type PriceTable } from './price-table.js';
import type { CallProgress } from '../providers/call.js';
import { countTokens } from './token-counter.js';

export interface CallIdentity {
  readonly provider: string;
  readonly modelAsked: string;
  readonly modelSent: string;
  readonly purpose: ModelCallRecord['purpose'];
  readonly promptDigest: string;
  /** The sent text, for counting when the provider does not. */
  readonly promptText: string;
}

export interface CallEnd {
  readonly outcome: 'ok' | ModelErrorKind;
  readonly error: string | null;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** The line of the ledger for one call, successful or not. */
export function ledgerLine(
  identity: CallIdentity,
  prices: PriceTable,
  { progress, end }: { readonly progress: CallProgress; readonly end: CallEnd },
): ModelCallRecord {
  const usage = progress.usage ?? estimateUsage(identity.promptText, progress, end);
  const modelUsed = progress.modelUsed ?? identity.modelSent;
  // A provider dates its models (`gpt-4o-2024-08-06`); the price may stand under either name.
  const price =
    priceOf(prices, identity.provider, modelUsed) ?? priceOf(prices, identity.provider, identity.modelSent);
  return {
    provider: identity.provider,
    modelAsked: identity.modelAsked,
    modelUsed,
    purpose: identity.purpose,
    outcome: end.outcome,
    finishReason: progress.finishReason ?? null,
    promptDigest: identity.promptDigest,
    usage,
    costUsd: isEmpty(usage) ? 0 : costOf(price, usage),
    startedAt: end.startedAt.toISOString(),
    ttftMs: progress.ttftMs === null ? null : Math.round(progress.ttftMs),
    durationMs: Math.round(end.durationMs),
    error: end.error,
  };
}

const noUsage: ModelUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: null,
  reasoningTokens: null,
  estimated: false,
};

/** Kinds with which a provider turns a call away before it works on it: nothing is paid for those. */
const turnedAway: ReadonlySet<string> = new Set(['rate_limited', 'overloaded', 'auth', 'invalid_request']);

/**
 * A call without a bill. After a token the prompt was read and both count. A refused call costs nothing; a broken one
 * counts as read, or failures would talk a budget too low.
 */
function estimateUsage(promptText: string, progress: CallProgress, end: CallEnd): ModelUsage {
  if (progress.ttftMs === null && turnedAway.has(end.outcome)) return noUsage;
  const tools = progress.toolCalls.map((call) => call.name + call.inputJson).join('');
  const reasoningTokens = Math.ceil(progress.reasoningChars / 4);
  return {
    inputTokens: countTokens(promptText),
    outputTokens: countTokens(progress.text + tools) + reasoningTokens,
    cachedInputTokens: null,
    reasoningTokens: reasoningTokens === 0 ? null : reasoningTokens,
    estimated: true,
  };
}

function isEmpty(usage: ModelUsage): boolean {
  return usage.inputTokens === 0 && usage.outputTokens === 0;
}

export function totalsOf(
  calls: readonly ModelCallRecord[],
  toolCalls: readonly ToolCallRecord[],
): ModelTotals {
  return {
    calls: calls.length,
    toolCalls: toolCalls.length,
    usage: calls.map((call) => call.usage).reduce(addUsage, noUsage),
    costUsd: calls
      .map((call) => call.costUsd)
      .reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0),
  };
}

function addUsage(one: ModelUsage, other: ModelUsage): ModelUsage {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cachedInputTokens: addKnown(one.cachedInputTokens, other.cachedInputTokens),
    reasoningTokens: addKnown(one.reasoningTokens, other.reasoningTokens),
    estimated: one.estimated || other.estimated,
  };
}

function addKnown(one: number | null, other: number | null): number | null {
  return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}
