import { ProviderFailure } from './provider-failure.js';
import { TextTap } from './text-tap.js';

/** No answer of a language model is larger; a server that sends more is broken or hostile. */
const MAX_RESPONSE_BYTES = 33_554_432;

export interface FetchWatcher {
  /** At each arrival of bytes, so that silence can be told from work. */
  readonly onBytes: () => void;
  readonly onText: (text: string) => void;
}

/**
 * `fetch` that takes the text out of an answer as it comes, follows no redirect (it would carry the prompt to another
 * host) and ends a response that does not.
 */
export function watchedFetch(watcher: FetchWatcher): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' });
    watcher.onBytes();
    if (response.body === null) return response;
    const tap = response.ok ? new TextTap(watcher.onText) : undefined;
    return new Response(watched(response.body, watcher.onBytes, tap), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}

function watched(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
  tap: TextTap | undefined,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let bytes = 0;
  const next = async (): Promise<{ done: boolean; forward: Uint8Array }> => {
    const { done, value } = await reader.read();
    if (done) return { done, forward: encoder.encode(tap?.end() ?? '') };
    onBytes();
    bytes += value.byteLength;
    if (bytes > MAX_RESPONSE_BYTES) {
      await reader.cancel();
      throw new ProviderFailure('server', 'the answer of the provider does not end');
    }
    if (tap === undefined) return { done, forward: value };
    return { done, forward: encoder.encode(tap.push(decoder.decode(value, { stream: true }))) };
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // Pieces that held only text leave nothing to forward, and a pull has to bring something.
      for (;;) {
        const { done, forward } = await next();
        if (forward.byteLength > 0) controller.enqueue(forward);
        if (done) return controller.close();
        if (forward.byteLength > 0) return;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
