import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ReceivedPush {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface PushService {
  readonly url: string;
  readonly pushes: readonly ReceivedPush[];
  answer: (push: ReceivedPush, response: ServerResponse) => void;
  latencyMs: number;
  close(): Promise<void>;
}

/** The far end of web push, over a real socket: what a browser's maker runs. */
export async function startPushService(tls?: Pick<ServerOptions, 'key' | 'cert'>): Promise<PushService> {
  const pushes: ReceivedPush[] = [];
  const receive: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const push = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) };
      pushes.push(push);
      setTimeout(() => service.answer(push, response), service.latencyMs);
    });
  };
  const server = tls === undefined ? createServer(receive) : createTlsServer(tls, receive);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const service: PushService = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pushes,
    answer: (_push, response) => void response.writeHead(201).end(),
    latencyMs: 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return service;
}
