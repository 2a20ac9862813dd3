import { createHash } from 'node:crypto';
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider';
import type { ModelCallRecord, ModelRequest, ModelResult, ToolCallRecord } from './call.js';
import { ModelCallError } from './error.js';
import { promptDigestOf } from './digest.js';
import {
  compileJsonSchema,
  type SchemaProblem,
  type SchemaVerdict,
} from '../contracts/templates/json-schema.js';
import { cleanModelText, readModelJson } from './text.js';
import { costOf, priceOf, type PriceTable } from './ledger/price-table.js';
import type { ConcurrencyGate } from './providers/concurrency-gate.js';
import { Conversation, functionToolsOf } from './conversation.js';
import { ledgerLine, totalsOf } from './ledger/ledger.js';
import type { ModelSettings } from './settings.js';
import { callProvider, CallProgress } from './providers/call.js';
import { ProviderFailure } from './providers/failure.js';
import { looseSchemaOptions, type LanguageModels } from './providers/providers.js';
import { countTokens } from './ledger/token-counter.js';
import { runToolRound } from './tools/round.js';

export interface ModelRuntime {
  readonly settings: ModelSettings;
  readonly prices: PriceTable;
  readonly gate: ConcurrencyGate;
  readonly languageModel: LanguageModels;
  readonly resolveModel: (asked: string) => Promise<string>;
  readonly redact: (text: string) => string;
}

const STANDARD_REPAIRS = 2;
const STANDARD_TOOL_ROUNDS = 6;

/**
 * A request: all its calls to providers, in one ledger.
 * R1. Each call, failed or not, leaves exactly one line, and beforeCall and afterCall see each exactly once.
 * R2. Live readers get `reset` before a text that does not continue the last one.
 * R3. Errors leave here with cleaned messages and without a cause.
 */
export class ModelRequestRun {
  readonly #calls: ModelCallRecord[] = [];
  readonly #toolCalls: ToolCallRecord[] = [];
  readonly #startedAtMs = performance.now();
  readonly #check: ((value: unknown) => SchemaVerdict) | undefined;
  readonly #modelAsked: string;
  #saidText = false;
  readonly #runtime: ModelRuntime;
  readonly #request: ModelRequest;

  constructor(runtime: ModelRuntime, request: ModelRequest) {
    this.#runtime = runtime;
    this.#request = request;
    this.#modelAsked = request.model ?? runtime.settings.model;
    this.#check = request.output === undefined ? undefined : compileJsonSchema(request.output.schema);
  }

  /** Asks one model until it has answered: through its tool rounds and the repairs of its answer. */
  async askModel(model: string, isFallback: boolean): Promise<ModelResult> {
    const conversation = new Conversation(this.#request);
    let purpose: ModelCallRecord['purpose'] = isFallback ? 'fallback' : 'answer';
    let rounds = this.#request.maxToolRounds ?? STANDARD_TOOL_ROUNDS;
    let repairs = Math.min(this.#request.output?.repairs ?? STANDARD_REPAIRS, 2);
    if (isFallback) this.#reset('fallback');
    for (;;) {
      const progress = await this.#call(conversation, { model, purpose, toolsAllowed: rounds > 0 });
      const text = cleanModelText(progress.text);
      if (progress.toolCalls.length > 0 && rounds > 0) {
        rounds -= 1;
        purpose = 'tool_round';
        this.#reset('tool_round');
        const record = (call: ToolCallRecord): void => void this.#toolCalls.push(call);
        const outcomes = await runToolRound(progress.toolCalls, this.#request, record);
        conversation.addToolRound(text, progress.toolCalls, outcomes);
        continue;
      }
      const verdict = this.#verdictOn(text);
      if (verdict === undefined || verdict.ok) return this.#result(text, verdict, model);
      if (repairs === 0) throw this.#mismatch(verdict.problems, model, text);
      repairs -= 1;
      purpose = 'repair';
      this.#reset('repair');
      conversation.addRepair(text, verdict.problems);
    }
  }

  /** The error with everything that the request used until then. */
  withLedger(error: ModelCallError): ModelCallError {
    return new ModelCallError(error.message, { ...error, calls: this.#calls, toolCalls: this.#toolCalls });
  }

  async #call(
    conversation: Conversation,
    how: { model: string; purpose: ModelCallRecord['purpose']; toolsAllowed: boolean },
  ): Promise<CallProgress> {
    const promptText = conversation.text;
    const maxOutputTokens = this.#request.maxOutputTokens ?? this.#runtime.settings.maxOutputTokens;
    await this.#announce(how.model, promptText, maxOutputTokens);
    const identity = {
      provider: this.#runtime.settings.provider,
      modelAsked: this.#modelAsked,
      modelSent: how.model,
      purpose: how.purpose,
      promptDigest: createHash('sha256').update(promptText).digest('hex'),
      promptText,
    };
    const onText = (text: string): void => this.#say(text);
    let progress = new CallProgress(performance.now(), onText);
    let startedAt = new Date();
    let failure: ProviderFailure | undefined;
    try {
      await this.#runtime.gate.run(this.#request.signal, async () => {
        // The wait in the line is not the provider's time.
        startedAt = new Date();
        progress = new CallProgress(performance.now(), onText);
        identity.modelSent = await this.#runtime.resolveModel(how.model);
        await callProvider(
          {
            model: this.#runtime.languageModel(identity.modelSent),
            options: { ...this.#options(conversation, how.toolsAllowed), maxOutputTokens },
            timeoutMs: this.#runtime.settings.timeoutMs,
            idleTimeoutMs: this.#runtime.settings.idleTimeoutMs,
            signal: this.#request.signal,
          },
          progress,
        );
      });
      failure = failureOf(progress);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      failure = error;
    }
    const error = failure === undefined ? null : this.#runtime.redact(failure.message);
    const durationMs = performance.now() - progress.startedAtMs;
    const end = { outcome: failure?.kind ?? ('ok' as const), error, startedAt, durationMs };
    const line = ledgerLine(identity, this.#runtime.prices, { progress, end });
    this.#calls.push(line);
    this.#request.afterCall?.(line);
    if (failure === undefined) return progress;
    throw new ModelCallError(error ?? '', {
      ...failure.details,
      kind: failure.kind,
      provider: this.#runtime.settings.provider,
      model: line.modelUsed,
      partialText: cleanModelText(progress.text),
    });
  }

  async #announce(model: string, promptText: string, maxOutputTokens: number): Promise<void> {
    if (this.#request.beforeCall === undefined) return;
    const { settings, prices } = this.#runtime;
    let counted: number | undefined;
    const inputTokens = (): number => (counted ??= countTokens(promptText));
    // Getters: the count of a long prompt takes milliseconds, and only a session with a budget asks for it.
    await this.#request.beforeCall({
      model,
      maxOutputTokens,
      get estimatedInputTokens() {
        return inputTokens();
      },
      get estimatedCostUsd() {
        const usage = {
          inputTokens: inputTokens(),
          outputTokens: maxOutputTokens,
          cachedInputTokens: null,
        };
        return costOf(priceOf(prices, settings.provider, model), usage);
      },
    });
  }

  #options(conversation: Conversation, toolsAllowed: boolean): LanguageModelV3CallOptions {
    const { provider, structuredOutput } = this.#runtime.settings;
    const tools = functionToolsOf(this.#request);
    const schema = this.#request.output?.schema;
    // Anthropic's own way to structured output is a forced tool, which would collide with the template's tools.
    const asParameter = schema !== undefined && structuredOutput === 'schema' && provider !== 'anthropic';
    return {
      prompt: conversation.prompt,
      providerOptions: looseSchemaOptions,
      includeRawChunks: provider === 'openai-compatible',
      ...(asParameter && {
        responseFormat: { type: 'json' as const, schema, name: this.#request.output?.name ?? 'answer' },
      }),
      ...(tools.length > 0 && {
        tools,
        toolChoice: { type: toolsAllowed ? ('auto' as const) : ('none' as const) },
      }),
      ...(this.#request.temperature !== undefined && { temperature: this.#request.temperature }),
    };
  }

  #say(text: string): void {
    this.#saidText = true;
    this.#request.onDelta?.({ type: 'text', text });
  }

  #reset(reason: 'fallback' | 'repair' | 'tool_round'): void {
    if (!this.#saidText) return;
    this.#saidText = false;
    this.#request.onDelta?.({ type: 'reset', reason });
  }

  #verdictOn(text: string): SchemaVerdict | undefined {
    if (this.#check === undefined) return undefined;
    const reading = readModelJson(text);
    return reading.ok
      ? this.#check(reading.value)
      : { ok: false, problems: [{ path: '(root)', message: reading.why }] };
  }

  #mismatch(problems: readonly SchemaProblem[], model: string, partialText: string): ModelCallError {
    const first = problems[0];
    const where = first === undefined ? '' : `: ${first.path}: ${first.message}`;
    return new ModelCallError(`the answer does not fit the output schema${where}`, {
      kind: 'schema_mismatch',
      provider: this.#runtime.settings.provider,
      model,
      partialText,
    });
  }

  #result(text: string, verdict: SchemaVerdict | undefined, modelAnswering: string): ModelResult {
    const last = this.#calls.at(-1);
    return {
      text,
      ...(verdict?.ok === true && { value: verdict.value }),
      finishReason: last?.finishReason ?? 'stop',
      provider: this.#runtime.settings.provider,
      modelAsked: this.#modelAsked,
      modelUsed: last?.modelUsed ?? modelAnswering,
      promptDigest: promptDigestOf(this.#request),
      ttftMs: last?.ttftMs ?? null,
      durationMs: Math.round(performance.now() - this.#startedAtMs),
      totals: totalsOf(this.#calls, this.#toolCalls),
      calls: this.#calls,
      toolCalls: this.#toolCalls,
    };
  }
}

/** A stream that ended in good order may still hold no answer. */
function failureOf(progress: CallProgress): ProviderFailure | undefined {
  if (progress.finishReason === 'refused')
    return new ProviderFailure('refused', 'the model refused to answer');
  if (progress.finishReason === 'length') {
    return new ProviderFailure('length', 'the answer reached the limit of its length before its end');
  }
  if (progress.text.trim() === '' && progress.toolCalls.length === 0) {
    return new ProviderFailure('server', 'the model answered with nothing');
  }
  return undefined;
}
