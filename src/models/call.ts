import type { ModelErrorKind } from './error-kind.js';

/** A JSON Schema as a template carries it: data, never code. */
export type JsonSchema = Readonly<Record<string, unknown>>;

interface ModelMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

export interface ModelRequest {
  readonly system?: string;
  readonly messages: readonly ModelMessage[];
  /** The model asked for; the configured one when it is left out. */
  readonly model?: string;
  /** Asks for a JSON value of this schema instead of prose. */
  readonly output?: ModelOutput;
  readonly tools?: readonly ModelTool[];
  /** Rounds of tool calls before the model has to answer without tools. */
  readonly maxToolRounds?: number;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  /** Canceling closes the socket to the provider. */
  readonly signal?: AbortSignal;
  /** Called in order with the text as it arrives. A `reset` says that everything said so far is abandoned. */
  readonly onDelta?: (delta: ModelDelta) => void;
  /** Called before each call to the provider; what it throws ends the request. Budgets are asked here. */
  readonly beforeCall?: (planned: PlannedCall) => void | Promise<void>;
  /** Called after each call to the provider, failed ones included, with its line of the ledger. */
  readonly afterCall?: (record: ModelCallRecord) => void;
}

interface ModelOutput {
  readonly name: string;
  readonly schema: JsonSchema;
  /** How often a mismatch is fed back before the request fails with `schema_mismatch`: 0 to 2, normally 2. */
  readonly repairs?: number;
}

export type ModelDelta =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reset'; readonly reason: 'fallback' | 'repair' | 'tool_round' };

/** A tool that a template allows. Its output is data from outside: it is fenced before a model sees it. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  /** Gives a text for the model, also when it did not work out; throws only when it was canceled. */
  readonly execute: (input: unknown, context: { readonly signal?: AbortSignal }) => Promise<ToolOutcome>;
}

export interface ToolOutcome {
  readonly ok: boolean;
  readonly text: string;
}

export interface ToolCallRecord {
  readonly name: string;
  readonly input: unknown;
  readonly ok: boolean;
  readonly output: string;
  readonly durationMs: number;
}

export interface PlannedCall {
  readonly model: string;
  readonly estimatedInputTokens: number;
  readonly maxOutputTokens: number;
  /** The most that the call may cost; null when the price of the model is not known. */
  readonly estimatedCostUsd: number | null;
}

export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of inputTokens that the provider had in its cache; null when it does not say. */
  readonly cachedInputTokens: number | null;
  /** Part of outputTokens that was spent on reasoning; null when the provider does not say. */
  readonly reasoningTokens: number | null;
  /** True when the provider gave no usage (an old server, a cut stream) and we counted ourselves. */
  readonly estimated: boolean;
}

export type ModelFinishReason = 'stop' | 'length' | 'refused' | 'tool_calls' | 'other';

/** A call to a provider, as the ledger keeps it. A request makes several: tool rounds, repairs, fallbacks. */
export interface ModelCallRecord {
  readonly provider: string;
  readonly modelAsked: string;
  /** The provider's reported usage, or an estimate of the sent text without one. */
  readonly modelUsed: string;
  readonly purpose: 'answer' | 'tool_round' | 'repair' | 'fallback';
  readonly outcome: 'ok' | ModelErrorKind;
  readonly finishReason: ModelFinishReason | null;
  /** SHA-256 over everything that was sent. */
  readonly promptDigest: string;
  readonly usage: ModelUsage;
  /** null when the price of the model is not known, never 0 for that. */
  readonly costUsd: number | null;
  readonly startedAt: string;
  /** Milliseconds to the first token; null when none came. */
  readonly ttftMs: number | null;
  readonly durationMs: number;
  readonly error: string | null;
}

/** The usage of a request in all its calls. */
export interface ModelTotals {
  readonly calls: number;
  readonly toolCalls: number;
  readonly usage: ModelUsage;
  /** null as soon as the price of one of the calls is not known. */
  readonly costUsd: number | null;
}

export interface ModelResult {
  readonly text: string;
  /** The parsed and validated value, when an output schema was asked for. */
  readonly value?: unknown;
  readonly finishReason: ModelFinishReason;
  readonly provider: string;
  readonly modelAsked: string;
  readonly modelUsed: string;
  /** Digest of the request as it was given, the same for every retry and fallback. */
  readonly promptDigest: string;
  readonly ttftMs: number | null;
  readonly durationMs: number;
  readonly totals: ModelTotals;
  readonly calls: readonly ModelCallRecord[];
  readonly toolCalls: readonly ToolCallRecord[];
}

/** The whole interface to language models. Only Temporal retries: a request that fails throws a `ModelCallError`. */
export interface Model {
  readonly provider: string;
  readonly defaultModel: string;
  /** True for the built-in composer, so that the console can say so. */
  readonly offline: boolean;
  request(request: ModelRequest): Promise<ModelResult>;
  countTokens(text: string): number;
  /** The most that so many tokens cost; null when the price is not known. */
  estimateCostUsd(model: string, inputTokens: number, outputTokens: number): number | null;
}
