import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type Koa from 'koa';
import { newId } from '../../contracts/ids.js';
import type { ProblemCode } from '../../contracts/problem-code.js';
import { Problem } from './problems.js';
import { problemDocument } from './problem-document.js';
import type { UpgradeHandler } from '../events/event-upgrade.js';
import { UpgradeRequest } from './upgrade-request.js';

const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** Longer than the idle timeout of usual proxies: they close first and never send into a closing socket. */
const KEEP_ALIVE_MS = 75_000;

/** The app on a server of its own, with WebSocket upgrades; it does not listen yet. */
export function createApiServer(app: Koa, upgrade: UpgradeHandler): Server {
  const server = createServer({ IncomingMessage: UpgradeRequest }, app.callback());
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('upgrade', upgrade);
  server.on('clientError', refuseMalformed);
  return server;
}

/** Malformed requests never reach the app. Its sender learns why in the same form as everybody else. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isOpen = socket.writable && error.code !== 'ECONNRESET';
  if (!isOpen) return void socket.destroy();
  const problem = new Problem(malformed[error.code ?? ''] ?? 'validation_error', {
    detail: 'This is no HTTP request that can be read.',
  });
  const body = JSON.stringify(problemDocument(problem, newId('request')));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const malformed: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

export function listen(server: Server, at: { host: string; port: number }): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.removeListener('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Takes no new connection and lets requests end; what is not over by then is cut off. */
export async function closeServer(server: Server, patienceMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearTimeout(timer);
}
