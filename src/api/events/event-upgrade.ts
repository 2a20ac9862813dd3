import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { eventsQuery } from '../../contracts/runs/event.js';
import { Problem } from '../http/problems.js';
import type { Logger } from '../../platform/logger.js';
import type { Principal } from '../../contracts/users/principal.js';
import { limitGuess, limitUpgrade, type RequestLimits } from '../http/limits/limit-request.js';
import { dataHeaders } from '../http/middleware/security-headers.js';
import { problemDocument, problemOf } from '../http/problem-document.js';
import { requestIdOf } from '../http/request-scope.js';
import type { ReadableRuns } from './event-subject.js';
import {
  openEventStream,
  prepareReading,
  type EventReadingDeps,
  type ReadingRequest,
} from './open-event-stream.js';
import { SocketChannel } from './socket-channel.js';

export interface EventUpgradeDeps extends EventReadingDeps {
  readonly logger: Logger;
  readonly limits: RequestLimits;
  /** How many proxies in front of this process are believed about the address of a request. */
  readonly proxies: number;
  /** Origins, besides the API's own, whose pages may connect. */
  readonly allowedOrigins: readonly string[];
  /** `path` has the id as its first group. */
  readonly sources: readonly { readonly path: RegExp; readonly runs: ReadableRuns }[];
}

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Readers send us nothing of use: a small message is ignored, a large one ends the connection. */
const MAX_INCOMING_BYTES = 1_024;

/**
 * `Upgrade: websocket` on the addresses of the event streams, for `server.on('upgrade', …)`.
 * A browser sends cookies with a WebSocket from any page, and CORS does not apply: the Origin is checked here.
 */
export function createEventUpgrade(deps: EventUpgradeDeps): UpgradeHandler {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_INCOMING_BYTES,
  });
  return (request, socket, head) => {
    // Until the handshake is over nobody else listens, and an unheard 'error' would end the process.
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    resolve(deps, request)
      .then(({ runs, reading }) => {
        socket.removeListener('error', ignore);
        server.handleUpgrade(request, socket, head, (webSocket) => {
          openEventStream(deps, runs, { ...reading, request, channel: new SocketChannel(webSocket) });
        });
      })
      .catch((error: unknown) => refuse(deps.logger, { request, socket, error }));
  };
}

async function resolve(
  deps: EventUpgradeDeps,
  request: IncomingMessage,
): Promise<{ runs: ReadableRuns; reading: ReadingRequest }> {
  const address = addressOf(request, deps.proxies);
  await limitUpgrade(deps.limits, address);
  const url = urlOf(request);
  const source = deps.sources.find(({ path }) => path.test(url.pathname));
  const id = source?.path.exec(url.pathname)?.[1];
  if (source === undefined || id === undefined) throw new Problem('route_not_found');
  if (!originAllowed(request, deps.allowedOrigins)) {
    throw new Problem('forbidden', { detail: 'Pages of this origin may not connect.' });
  }
  const principal = await identify(deps, request, address);
  const query = eventsQuery.safeParse(Object.fromEntries(url.searchParams));
  if (!query.success) {
    const errors = query.error.issues.map((issue) => ({
      path: issue.path.join('.'),
      message: issue.message,
    }));
    throw new Problem('validation_error', { errors });
  }
  deps.streams.admit(principal.userId);
  const asked = { principal, id, after: query.data.after, request };
  return { runs: source.runs, reading: await prepareReading(deps, source.runs, asked) };
}

async function identify(
  deps: EventUpgradeDeps,
  request: IncomingMessage,
  address: string,
): Promise<Principal> {
  try {
    const principal = await deps.authenticate(request);
    if (principal !== undefined) return principal;
    throw new Problem('unauthenticated');
  } catch (error) {
    if (error instanceof Problem && error.status === 401) await limitGuess(deps.limits, address);
    throw error;
  }
}

/** A request line may name anything. */
function urlOf({ url = '/' }: IncomingMessage): URL {
  if (URL.canParse(url, 'http://localhost')) return new URL(url, 'http://localhost');
  throw new Problem('route_not_found');
}

/** As Koa does for other requests: the nearest proxies wrote the last entries. */
function addressOf(request: IncomingMessage, proxies: number): string {
  const given = request.headers['x-forwarded-for'];
  const list = typeof given === 'string' && proxies > 0 ? given.split(/\s*,\s*/).slice(-proxies) : [];
  return list[0] ?? request.socket.remoteAddress ?? '';
}

function originAllowed(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  // Only a browser sends an Origin; others prove themselves by their token alone.
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host;
}

function refuse(
  logger: Logger,
  {
    request,
    socket,
    error,
  }: { readonly request: IncomingMessage; readonly socket: Duplex; readonly error: unknown },
): void {
  const problem = problemOf(error);
  const { status } = problem;
  const requestId = requestIdOf(request);
  if (status >= 500) logger.error({ err: error, requestId }, 'a WebSocket could not be opened');
  const body = JSON.stringify(problemDocument(problem, requestId));
  const head = {
    ...Object.fromEntries(dataHeaders),
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    Connection: 'close',
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    ...problem.headers,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
