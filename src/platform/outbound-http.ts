import { lookup } from 'node:dns/promises';
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from '../domain/outbound-address.js';

/**
 * The one way out for requests to addresses that users or models chose (webhooks, fetched pages).
 * O1. The address that is checked is the address that is connected to: the name is resolved once, here.
 * O2. A single unreachable address refuses the whole name: the other side must not choose which one is used.
 * O3. No redirect is followed, no proxy or cookie is used, no connection is kept.
 * O4. A single clock covers everything (name, connect, headers, body), and a cap bounds the read.
 * O5. An upgrade that nobody asked for is a failure at once. Node reports it by no error and no answer.
 */
interface OutboundRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly timeoutMs: number;
  /** The most that is read of the answer; the rest is cut off and `truncated` shows it. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  readonly ok: true;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly truncated: boolean;
  readonly durationMs: number;
}

interface OutboundRefusal {
  readonly ok: false;
  /** forbidden: never tried, and never will be. The others may be tried again. */
  readonly kind: 'forbidden' | 'unresolved' | 'timeout' | 'network' | 'canceled';
  readonly message: string;
}

export type Outbound = (request: OutboundRequest) => Promise<OutboundAnswer | OutboundRefusal>;

export interface OutboundOptions {
  /** For tests and for a receiver on the same machine, by explicit configuration only. */
  readonly allowLoopback?: boolean;
  /** For addresses that the operator configured, never for those that users or models gave. */
  readonly allowPrivate?: boolean;
  /** Authorities that are trusted instead of Node's, in PEM. */
  readonly ca?: string;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

export function createOutbound(options: OutboundOptions = {}): Outbound {
  return async (request) => {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(request.timeoutMs);
    try {
      const url = checkedUrl(request.url);
      const addresses = await inTime(signal, request.signal, addressesOf(url, options));
      for (const address of addresses) checkAddress(address, options);
      const exchanged = exchange({ request, url, address: addresses[0]!, ca: options.ca, timeout: signal });
      const answer = await inTime(signal, request.signal, exchanged);
      return { ...answer, durationMs: Math.round(performance.now() - startedAt) };
    } catch (error) {
      return refusalOf(error, request.signal?.aborted ?? false, signal.aborted);
    }
  };
}

class OutboundFailure extends Error {
  override readonly name = 'OutboundFailure';
  constructor(
    readonly kind: OutboundRefusal['kind'],
    message: string,
  ) {
    super(message);
  }
}

function refusalOf(error: unknown, canceled: boolean, timedOut: boolean): OutboundRefusal {
  if (canceled) return { ok: false, kind: 'canceled', message: 'the request was canceled' };
  if (timedOut) return { ok: false, kind: 'timeout', message: 'the request took too long' };
  if (error instanceof OutboundFailure) return { ok: false, kind: error.kind, message: error.message };
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return { ok: false, kind: 'network', message: `the request failed: ${code}` };
}

function checkedUrl(given: string): URL {
  if (!URL.canParse(given)) throw new OutboundFailure('forbidden', 'this is no URL');
  const url = new URL(given);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new OutboundFailure('forbidden', 'only http and https addresses are requested');
  }
  if (url.username !== '' || url.password !== '') {
    throw new OutboundFailure('forbidden', 'an address with a user name or password is not requested');
  }
  return url;
}

function checkAddress(address: string, options: OutboundOptions): void {
  if (isPublicAddress(address) || options.allowPrivate === true) return;
  if (options.allowLoopback === true && isLoopbackAddress(address)) return;
  throw new OutboundFailure('forbidden', 'the address is not a public one');
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

async function addressesOf(url: URL, options: OutboundOptions): Promise<readonly string[]> {
  const host = hostOf(url);
  if (isIP(host) !== 0) return [host];
  const resolve = options.resolve ?? resolveAll;
  const addresses = await resolve(host).catch(() => []);
  if (addresses.length === 0) throw new OutboundFailure('unresolved', 'the name does not resolve');
  return addresses;
}

async function resolveAll(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map((entry) => entry.address);
}

/** A resolver does not stop for us, and a socket may not either, but we need not wait for them. */
async function inTime<Value>(
  timeout: AbortSignal,
  cancel: AbortSignal | undefined,
  work: Promise<Value>,
): Promise<Value> {
  // The caller's signal outlives the request: nothing of it may stay there.
  const settled = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    for (const signal of [timeout, cancel]) {
      const stop = (): void => reject(new OutboundFailure('timeout', 'the request took too long'));
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop, { once: true, signal: settled.signal });
    }
  });
  return Promise.race([work, ended]).finally(() => settled.abort());
}

interface Exchange {
  readonly request: OutboundRequest;
  readonly url: URL;
  readonly address: string;
  readonly ca: string | undefined;
  readonly timeout: AbortSignal;
}

function exchange({
  request,
  url,
  address,
  ca,
  timeout,
}: Exchange): Promise<Omit<OutboundAnswer, 'durationMs'>> {
  return new Promise((resolve, reject) => {
    const outgoing = open(request, url, { address, ca });
    let answered = false;
    const stop = (): void =>
      void outgoing.destroy(new OutboundFailure('timeout', 'the request took too long'));
    timeout.addEventListener('abort', stop, { once: true });
    request.signal?.addEventListener('abort', stop, { once: true });
    if (timeout.aborted || request.signal?.aborted) stop();
    outgoing.on('close', () => {
      request.signal?.removeEventListener('abort', stop);
      // After an answer its own end decides.
      if (!answered) reject(new OutboundFailure('network', 'the connection was closed without an answer'));
    });
    outgoing.on('error', reject);
    outgoing.on('upgrade', (_incoming, socket) => {
      socket.destroy();
      reject(new OutboundFailure('network', 'an upgrade was answered that nobody asked for'));
    });
    outgoing.on('response', (incoming) => {
      answered = true;
      void readAnswer(incoming, request.maxBytes).then(resolve, reject);
    });
    outgoing.end(request.body);
  });
}

function open(
  request: OutboundRequest,
  url: URL,
  { address, ca }: Pick<Exchange, 'address' | 'ca'>,
): ClientRequest {
  const family = isIP(address);
  const pinned: LookupFunction = (_host, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
  const host = hostOf(url);
  const options: RequestOptions & { servername?: string; ca?: string } = {
    method: request.method ?? 'GET',
    // Compression is not asked for: a small body may unpack into a large one.
    headers: { 'accept-encoding': 'identity', 'user-agent': 'sluice', ...request.headers },
    lookup: pinned,
    agent: false,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
  return url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
}

async function readAnswer(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<Omit<OutboundAnswer, 'durationMs'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, maxBytes - bytes));
    bytes += chunk.byteLength;
    // Leaving the loop destroys the socket.
    if (bytes > maxBytes) break;
  }
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    ok: true,
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
    truncated: bytes > maxBytes,
  };
}
