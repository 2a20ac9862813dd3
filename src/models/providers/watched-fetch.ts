import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { brokenStream, ProviderFailure } from './failure.js';
import { TextTap } from '../deltas/text-tap.js';

/** No answer of a language model is larger; a server that sends more is broken or hostile. */
const MAX_RESPONSE_BYTES = 33_554_432;

/** Shorter than any server keeps an idle connection: a request on one that is being closed would be lost. */
const agentOptions = { keepAlive: true, timeout: 4_000 };
const httpAgent = new HttpAgent(agentOptions);
const httpsAgent = new HttpsAgent(agentOptions);

export interface FetchWatcher {
  /** At each arrival of bytes, so that silence differs from work. */
  readonly onBytes: () => void;
  readonly onText: (text: string) => void;
}

const watchers = new AsyncLocalStorage<FetchWatcher>();

/** The requests that `work` sends are watched. A model serves many calls, each with a watcher of its own. */
export function watching<Result>(watcher: FetchWatcher, work: () => Result): Result {
  return watchers.run(watcher, work);
}

/**
 * The part of `fetch` that the AI SDK uses, over node:http. The platform's own costs more a piece than everything else
 * here together. Takes the text out of an answer as it comes. It follows no redirect, which would carry the prompt to
 * another host, and ends an endless response.
 */
export const watchedFetch: typeof fetch = async (input, init = {}) => {
  const watcher = watchers.getStore();
  if (watcher === undefined) throw new Error('a request to a provider has no watcher');
  const incoming = await send(new URL(input instanceof Request ? input.url : input), init);
  watcher.onBytes();
  const status = incoming.statusCode ?? 500;
  const hasBody = ![204, 205, 304].includes(status);
  return new Response(hasBody ? bodyOf(incoming, watcher) : null, { status, headers: headersOf(incoming) });
};

function send(url: URL, init: RequestInit): Promise<IncomingMessage> {
  const isTls = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const outgoing = (isTls ? httpsRequest : httpRequest)(url, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      agent: isTls ? httpsAgent : httpAgent,
      ...(init.signal && { signal: init.signal }),
    });
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    // Node reports an upgrade that nobody asked for in no error and no answer. Neither does it report a socket that
    // closes with it.
    outgoing.on('upgrade', (_incoming, socket) => {
      socket.destroy();
      reject(new ProviderFailure('server', 'the provider answered with an upgrade that nobody asked for'));
    });
    outgoing.on('close', () =>
      reject(new ProviderFailure('network', 'the provider closed without an answer')),
    );
    outgoing.end(init.body);
  });
}

function headersOf(incoming: IncomingMessage): [string, string][] {
  return Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
}

function bodyOf(incoming: IncomingMessage, watcher: FetchWatcher): ReadableStream<Uint8Array> {
  const isOk = incoming.statusCode === 200;
  const tap = isOk ? new TextTap(watcher.onText) : undefined;
  const decoder = new TextDecoder();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const forward = (text: string): void => {
        if (text !== '') controller.enqueue(Buffer.from(text));
      };
      const take = (chunk: Buffer): void => {
        watcher.onBytes();
        bytes += chunk.byteLength;
        if (bytes > MAX_RESPONSE_BYTES) {
          throw new ProviderFailure('server', 'the answer of the provider does not end');
        }
        if (tap === undefined) controller.enqueue(chunk);
        else forward(tap.push(decoder.decode(chunk, { stream: true })));
      };
      incoming.on('data', (chunk: Buffer) => {
        // A throw in a listener would end the process; here it ends the call.
        try {
          take(chunk);
        } catch (error) {
          incoming.destroy(error as Error);
        }
      });
      incoming.on('end', () => {
        forward(tap?.end() ?? '');
        controller.close();
      });
      incoming.on('error', (error) => controller.error(error));
      // A stream that is closed still holds what was not read yet: an error would take that away.
      incoming.on('close', () => {
        if (!incoming.complete) controller.error(brokenStream());
      });
    },
    cancel: () => void incoming.destroy(),
  });
}
