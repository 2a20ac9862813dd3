import type { Model, ModelRequest, ModelResult } from './call.js';
import { ModelCallError } from './error.js';
import { costOf, priceOf, type PriceTable } from './ledger/price-table.js';
import { ConcurrencyGate } from './providers/concurrency-gate.js';
import { createModelResolver } from './auto-model.js';
import { ModelRequestRun, type ModelRuntime } from './request-run.js';
import type { ModelSettings } from './settings.js';
import { createLanguageModels } from './providers/providers.js';
import { createRedactor } from './providers/redact.js';
import { countTokens } from './ledger/token-counter.js';

/** The model layer of a process. Each provider key has a queue, which holds the line in front of the provider. */
export function createModel(settings: ModelSettings, prices: PriceTable): Model {
  const runtime: ModelRuntime = {
    settings,
    prices,
    gate: new ConcurrencyGate(settings.concurrency),
    languageModel: createLanguageModels(settings),
    resolveModel: createModelResolver(settings),
    redact: createRedactor(settings.apiKey === undefined ? [] : [settings.apiKey]),
  };
  return {
    provider: settings.provider,
    defaultModel: settings.model,
    offline: settings.provider === 'offline',
    request: (request) => answer(runtime, request),
    countTokens,
    estimateCostUsd: (model, inputTokens, outputTokens) =>
      costOf(priceOf(prices, settings.provider, model), {
        inputTokens,
        outputTokens,
        cachedInputTokens: null,
      }),
  };
}

/**
 * Asks the models of the chain in turn. A fallback starts its answer anew and says so to whoever reads along: texts of
 * two models are never joined.
 */
async function answer(runtime: ModelRuntime, request: ModelRequest): Promise<ModelResult> {
  const run = new ModelRequestRun(runtime, request);
  const asked = request.model ?? runtime.settings.model;
  const chain = [...new Set([asked, ...runtime.settings.fallbackModels])];
  const errors: ModelCallError[] = [];
  for (const model of chain) {
    try {
      return await run.askModel(model, errors.length > 0);
    } catch (error) {
      if (!(error instanceof ModelCallError)) throw error;
      errors.push(error);
      if (!mayFallBack(error)) break;
    }
  }
  throw run.withLedger(decisive(errors));
}

/**
 * Another model may be up when this one is down, and may exist when this one does not. The same key is as wrong there.
 * A refusal, a length stop and an invalid answer belong to this request: another provider would hide them.
 */
function mayFallBack(error: ModelCallError): boolean {
  return error.retryable || (error.kind === 'invalid_request' && error.statusCode === 404);
}

/**
 * The error that decides the retry. It is the first that may go away, with the shortest wait that any model asked
 * for.
 */
function decisive(errors: readonly ModelCallError[]): ModelCallError {
  const last = errors.at(-1)!;
  if (!last.retryable && !mayFallBack(last)) return last;
  const retryable = errors.filter((error) => error.retryable);
  const first = retryable[0] ?? errors[0]!;
  const waits = retryable.map((error) => error.retryAfterMs);
  const known = waits.filter((wait) => wait !== null);
  // A model without a named wait may be retried by the usual backoff.
  const retryAfterMs = known.length === waits.length && known.length > 0 ? Math.min(...known) : null;
  return new ModelCallError(first.message, { ...first, retryAfterMs });
}
