import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isBearer } from '../../crypto/bearer.js';
import type { WorkerMetrics } from './worker-metrics.js';

export interface WorkerServerOptions {
  readonly host: string;
  readonly port: number;
  readonly metrics: WorkerMetrics;
  /** Address at which the native part of the SDK serves its own metrics, on this machine alone. */
  readonly sdkMetricsUrl: string;
  /** Asked for when it is set. */
  readonly token: string | undefined;
  /** Whether the worker takes work. */
  readonly isReady: () => boolean;
}

export interface WorkerServer {
  readonly port: number;
  close(): Promise<void>;
}

const SDK_LIMIT_MS = 2_000;

/** A worker's own small server: `/metrics` for Prometheus, `/healthz` and `/readyz` for whoever runs it. */
export async function startWorkerServer(options: WorkerServerOptions): Promise<WorkerServer> {
  const server = createServer((request, response) => void answer(options, request, response));
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port, options.host, listening);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function answer(
  options: WorkerServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405);
  const [path = ''] = (request.url ?? '').split('?');
  switch (path) {
    case '/healthz':
      return end(response, 200, '{"status":"ok"}');
    case '/readyz':
      return options.isReady()
        ? end(response, 200, '{"status":"ready"}')
        : end(response, 503, '{"status":"unavailable"}');
    case '/metrics':
      return isScraper(options.token, request) ? metrics(options, response) : end(response, 401);
    default:
      return end(response, 404);
  }
}

async function metrics({ metrics, sdkMetricsUrl }: WorkerServerOptions, response: ServerResponse) {
  const [ours, sdk] = await Promise.all([metrics.render(), sdkMetrics(sdkMetricsUrl)]);
  response.setHeader('Content-Type', metrics.contentType);
  response.setHeader('Cache-Control', 'no-store');
  response.end(`${ours}${sdk}`);
}

/** Without it the rest is still served. */
async function sdkMetrics(url: string): Promise<string> {
  try {
    const answered = await fetch(url, { signal: AbortSignal.timeout(SDK_LIMIT_MS) });
    return answered.ok ? await answered.text() : '';
  } catch {
    return '';
  }
}

function isScraper(token: string | undefined, { headers }: IncomingMessage): boolean {
  return token === undefined || isBearer(headers.authorization ?? '', token);
}

function end(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status, body === '' ? {} : { 'Content-Type': 'application/json' }).end(body);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((closed) => void server.close(() => closed()));
}
