import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
} from '@ai-sdk/provider';
import { composeOffline } from './composer.js';
import { composeOfflineValue } from './schema.js';
import { offlineModelName } from '../settings.js';
import { ProviderFailure } from '../providers/failure.js';
import { countTokens } from '../ledger/token-counter.js';

/** Between two pieces of text. Shorter timers cost more than they show. */
const TICK_MS = 25;

/** The composer behind the interface of a provider, so that streaming, schemas, ledger and cancel are the same code. */
export function createOfflineModel(modelId: string, options: { latencyMs: number }): LanguageModelV3 {
  return {
    specificationVersion: 'v3',
    provider: 'offline',
    modelId,
    supportedUrls: {},
    doGenerate: () =>
      Promise.reject(new ProviderFailure('invalid_request', 'the offline model only streams')),
    doStream: (call) => Promise.resolve({ stream: streamOf(parts(call, options.latencyMs)) }),
  };
}

async function* parts(
  call: LanguageModelV3CallOptions,
  latencyMs: number,
): AsyncGenerator<LanguageModelV3StreamPart> {
  const prompt = promptOf(call);
  const text = answerTo(call, prompt);
  yield { type: 'stream-start', warnings: [] };
  yield { type: 'response-metadata', modelId: offlineModelName };
  const pieces = piecesOf(text, latencyMs);
  for (const [index, delta] of pieces.entries()) {
    if (latencyMs > 0) await pause(latencyMs / pieces.length, call.abortSignal);
    call.abortSignal?.throwIfAborted();
    yield { type: 'text-delta', id: String(index), delta };
  }
  yield { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: usageOf(call, text) };
}

function answerTo(call: LanguageModelV3CallOptions, prompt: string): string {
  const composed = composeOffline(prompt);
  if (call.responseFormat?.type !== 'json' || call.responseFormat.schema === undefined) return composed;
  return JSON.stringify(composeOfflineValue({ ...call.responseFormat.schema }, prompt, composed), null, 2);
}

/** The people's part of the prompt: the rules around it are for models that might not keep to them. */
function promptOf(call: LanguageModelV3CallOptions): string {
  return call.prompt
    .flatMap((message) => (message.role === 'user' ? message.content : []))
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('\n\n');
}

/**
 * So many pieces as there are ticks. There is a handful without a pace, so that streaming is exercised in tests as
 * well.
 */
function piecesOf(text: string, latencyMs: number): string[] {
  const count = latencyMs === 0 ? 4 : Math.max(1, Math.ceil(latencyMs / TICK_MS));
  const words = text.match(/\S*\s+|\S+$/g) ?? [text];
  const wordsEach = Math.max(1, Math.ceil(words.length / count));
  return Array.from({ length: Math.ceil(words.length / wordsEach) }, (_, index) =>
    words.slice(index * wordsEach, (index + 1) * wordsEach).join(''),
  );
}

function usageOf(call: LanguageModelV3CallOptions, text: string): LanguageModelV3Usage {
  const input = countTokens(JSON.stringify(call.prompt));
  const output = countTokens(text);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: undefined },
    outputTokens: { total: output, text: output, reasoning: undefined },
  };
}

function streamOf(
  source: AsyncGenerator<LanguageModelV3StreamPart>,
): ReadableStream<LanguageModelV3StreamPart> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await source.return(undefined)),
  });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new ProviderFailure('canceled', 'the request was canceled'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
