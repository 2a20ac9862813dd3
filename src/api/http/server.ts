import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';
import type { UpgradeHandler } from '../events/event-upgrade.js';
import { UpgradeRequest } from './upgrade-request.js';

const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** Longer than the idle timeout of the usual proxies, so that they close first and never send into a closing socket. */
const KEEP_ALIVE_MS = 75_000;

/** The app on a server of its own, with WebSocket upgrades; it does not listen yet. */
export function createApiServer(app: Koa, upgrade: UpgradeHandler): Server {
  const server = createServer({ IncomingMessage: UpgradeRequest }, app.callback());
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('upgrade', upgrade);
  return server;
}

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
