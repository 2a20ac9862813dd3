import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelReply } from './reply.js';
import { anthropicFrames, openAiFrames } from './wire.js';

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
  /** Resolves when the client's side of the socket is gone or the response is complete. */
  readonly closed: Promise<'client' | 'complete'>;
}

export type ReplyTo = (request: SeenRequest, index: number) => ModelReply;

export interface ModelServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  reply(reply: ReplyTo | ModelReply): void;
  close(): Promise<void>;
}

/** A provider on a real socket: OpenAI chat completions at /chat/completions, Anthropic messages at /messages. */
export async function startModelServer(): Promise<ModelServer> {
  const seen: SeenRequest[] = [];
  let replyTo: ReplyTo = () => ({ text: 'Hello from the test server.' });
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/models') === true) return listModels(response);
    void readRequest(request, response).then((one) => {
      seen.push(one);
      return answer(one.path, response, replyTo(one, seen.length - 1), one.body);
    });
  });
  const url = await listen(server);
  return {
    url,
    seen,
    reply: (given) => void (replyTo = typeof given === 'function' ? given : () => given),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listModels(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ object: 'list', data: [{ id: 'first-listed' }, { id: 'second-listed' }] }));
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

async function readRequest(request: IncomingMessage, response: ServerResponse): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const closed = new Promise<'client' | 'complete'>((resolve) => {
    response.on('close', () => resolve(response.writableFinished ? 'complete' : 'client'));
  });
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    path: request.url ?? '',
    headers: request.headers,
    body: JSON.parse(text) as Record<string, unknown>,
    closed,
  };
}

async function answer(
  path: string,
  response: ServerResponse,
  reply: ModelReply,
  body: Record<string, unknown>,
): Promise<void> {
  if (reply.upgrade === true) {
    response.socket?.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n',
    );
    return;
  }
  if (reply.status !== undefined) {
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body ?? '{}');
    return;
  }
  const frames = path.endsWith('/messages') ? anthropicFrames(reply, body) : openAiFrames(reply, body);
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  response.flushHeaders();
  if (reply.keepAliveMs !== undefined) return keepAlive(response, reply.keepAliveMs);
  for (const [index, frame] of frames.entries()) {
    if (response.destroyed) return;
    if (index === reply.stallAfter) return;
    if (index === reply.endAfter) return void response.end();
    if (index === reply.cutAfter) return cut(response);
    if (index === reply.garbageAfter) response.write('data: {"this is": no event\n\n');
    if (index === reply.errorAfter?.frames) response.write(errorFrame(path, reply.errorAfter));
    await send(response, frame, reply);
  }
  response.end();
}

/** Written bytes leave before the cut: the client shall see a beginning and then a broken socket. */
async function cut(response: ServerResponse): Promise<void> {
  await pause(30);
  response.destroy();
}

function errorFrame(path: string, error: { type: string; message: string }): string {
  const body = { error: { type: error.type, message: error.message } };
  return path.endsWith('/messages')
    ? `event: error\ndata: ${JSON.stringify({ type: 'error', ...body })}\n\n`
    : `data: ${JSON.stringify(body)}\n\n`;
}

async function send(response: ServerResponse, frame: string, reply: ModelReply): Promise<void> {
  if (reply.dripMs === undefined) {
    response.write(frame);
    if (reply.frameDelayMs !== undefined) await pause(reply.frameDelayMs);
    return;
  }
  for (const byte of Buffer.from(frame)) {
    if (response.destroyed) return;
    response.write(Buffer.from([byte]));
    await pause(reply.dripMs);
  }
}

async function keepAlive(response: ServerResponse, everyMs: number): Promise<void> {
  while (!response.destroyed) {
    response.write(': still here\n\n');
    await pause(everyMs);
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => void (ms === 0 ? setImmediate(resolve) : setTimeout(resolve, ms)));
