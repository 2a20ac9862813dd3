import { ProviderFailure } from './provider-failure.js';

/** No answer of a language model is larger; a server that sends more is broken or hostile. */
const MAX_RESPONSE_BYTES = 33_554_432;

/**
 * `fetch` that reports each arrival of bytes, so that silence can be told from work, follows no redirect (it would
 * carry the prompt to another host) and ends a response that does not.
 */
export function watchedFetch(onBytes: () => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' });
    onBytes();
    if (response.body === null) return response;
    return new Response(watched(response.body, onBytes), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}

function watched(body: ReadableStream<Uint8Array>, onBytes: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      onBytes();
      bytes += value.byteLength;
      if (bytes > MAX_RESPONSE_BYTES) {
        await reader.cancel();
        throw new ProviderFailure('server', 'the answer of the provider does not end');
      }
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
