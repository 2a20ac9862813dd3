import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
} from '@ai-sdk/provider';
import type { ModelFinishReason, ModelUsage } from '../call.js';
import { brokenStream, ProviderFailure, toProviderFailure } from './failure.js';
import { watching } from './watched-fetch.js';

/**
 * A call to a provider: a socket, a stream, no retry.
 * P1. Every way out clears the timers and the listener. It closes the socket when the stream is not at its end.
 * P2. A stream without its closing event is broken, however complete its text looks.
 * P3. Silence is counted in bytes, not in tokens: a gateway's comments while a model thinks are a sign of life. A drip
 *     that never becomes an answer runs into the total limit.
 * P4. Nothing passes the total limit, also a socket or an SDK that does not heed the signal.
 */
export interface ProviderCall {
  readonly model: LanguageModelV3;
  readonly options: Omit<LanguageModelV3CallOptions, 'abortSignal'>;
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ProviderToolCall {
  readonly id: string;
  readonly name: string;
  readonly inputJson: string;
}

/** The known facts of a call at any moment, also when it fails in the middle. */
export class CallProgress {
  text = '';
  reasoningChars = 0;
  modelUsed: string | undefined;
  finishReason: ModelFinishReason | undefined;
  usage: ModelUsage | undefined;
  ttftMs: number | null = null;
  readonly toolCalls: ProviderToolCall[] = [];
  /** An error of the text's reader: our own fault, so it ends the call as it is, without a retry. */
  readerFailed: { readonly error: unknown } | undefined;
  #refused = false;

  constructor(
    readonly startedAtMs: number,
    readonly onText: (text: string) => void,
  ) {}

  /** Takes one part of the stream; throws a failure that the provider put into it. */
  take(part: LanguageModelV3StreamPart): void {
    if (part.type === 'text-delta') {
      this.say(part.delta);
    } else if (part.type === 'reasoning-delta') {
      this.#firstToken();
      this.reasoningChars += part.delta.length;
    } else if (part.type === 'tool-call') {
      this.#firstToken();
      this.toolCalls.push({ id: part.toolCallId, name: part.toolName, inputJson: part.input });
    } else if (part.type === 'response-metadata') {
      this.modelUsed = part.modelId ?? this.modelUsed;
    } else if (part.type === 'raw') {
      this.#refused ||= hasRefusal(part.rawValue);
    } else if (part.type === 'error') {
      throw toProviderFailure(part.error, Date.now());
    } else if (part.type === 'finish') {
      this.finishReason = this.#finishReasonOf(part.finishReason);
      this.usage = usageOf(part.usage, this.text !== '');
    }
  }

  say(text: string): void {
    if (text === '') return;
    this.#firstToken();
    this.text += text;
    try {
      this.onText(text);
    } catch (error) {
      this.readerFailed ??= { error };
    }
  }

  #firstToken(): void {
    this.ttftMs ??= performance.now() - this.startedAtMs;
  }

  #finishReasonOf(given: { unified: string; raw: string | undefined }): ModelFinishReason {
    if (this.#refused || given.unified === 'content-filter') return 'refused';
    if (given.raw === undefined) throw brokenStream();
    if (given.unified === 'length') return 'length';
    if (given.unified === 'tool-calls') return 'tool_calls';
    return given.unified === 'stop' ? 'stop' : 'other';
  }
}

/** Fills `progress` until the stream is at its end; throws a ProviderFailure when it does not get there. */
export async function callProvider(call: ProviderCall, progress: CallProgress): Promise<void> {
  const socket = new AbortController();
  let cut: ProviderFailure | undefined;
  const end = (failure: ProviderFailure): void => {
    cut ??= failure;
    socket.abort();
  };
  const cancel = (): void => end(new ProviderFailure('canceled', 'the request was canceled'));
  const silent = (): void => end(stalled(`sent nothing for ${call.idleTimeoutMs} ms`));
  const say = (text: string): void => {
    progress.say(text);
    if (progress.readerFailed !== undefined) socket.abort();
  };
  if (call.signal?.aborted) throw new ProviderFailure('canceled', 'the request was canceled');
  call.signal?.addEventListener('abort', cancel, { once: true });
  const total = setTimeout(() => end(stalled(`took longer than ${call.timeoutMs} ms`)), call.timeoutMs);
  const idle = setTimeout(silent, call.idleTimeoutMs);
  try {
    const watcher = { onBytes: () => void idle.refresh(), onText: say };
    await Promise.race([
      watching(watcher, () => readStream({ call, progress, signal: socket.signal })),
      untilAborted(socket.signal),
    ]);
    if (progress.readerFailed !== undefined) throw progress.readerFailed.error;
    if (cut !== undefined) throw cut;
    if (progress.finishReason === undefined) throw brokenStream();
  } catch (error) {
    if (progress.readerFailed !== undefined) throw progress.readerFailed.error;
    throw cut ?? toProviderFailure(error, Date.now());
  } finally {
    clearTimeout(total);
    clearTimeout(idle);
    call.signal?.removeEventListener('abort', cancel);
    socket.abort();
  }
}

interface StreamReading {
  readonly call: ProviderCall;
  readonly progress: CallProgress;
  readonly signal: AbortSignal;
}

async function readStream({ call, progress, signal }: StreamReading): Promise<void> {
  const { stream } = await call.model.doStream({ ...call.options, abortSignal: signal });
  for await (const part of stream) {
    // The call is over for its caller: a late part may change nothing of its result.
    if (signal.aborted) return;
    progress.take(part);
    if (progress.readerFailed !== undefined) return;
  }
}

/** The call ends with the signal, also where the socket and the SDK ignore it. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function stalled(what: string): ProviderFailure {
  return new ProviderFailure('stalled', `the provider ${what}`);
}

function usageOf(
  given: Extract<LanguageModelV3StreamPart, { type: 'finish' }>['usage'],
  saidSomething: boolean,
): ModelUsage | undefined {
  const { inputTokens, outputTokens } = given;
  if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
  // A server that counts nothing says 0 for a text that is there.
  if (saidSomething && outputTokens.total === 0) return undefined;
  return {
    inputTokens: inputTokens.total,
    outputTokens: outputTokens.total,
    cachedInputTokens: inputTokens.cacheRead ?? null,
    reasoningTokens: outputTokens.reasoning ?? null,
    estimated: false,
  };
}

/** Compatible servers send refusals in a field of their own, which the AI SDK drops. */
function hasRefusal(rawValue: unknown): boolean {
  const choices = (rawValue as { choices?: { delta?: { refusal?: unknown } }[] } | null)?.choices;
  return typeof choices?.[0]?.delta?.refusal === 'string' && choices[0].delta.refusal !== '';
}
