import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedWebhook {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly text: string;
  readonly body: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: Record<string, unknown>;
  };
}

/** How a receiver answers its nth request (1, 2, 3 …). A receiver without an answer hangs. */
export type AnswerWebhook = (response: ServerResponse, nth: number) => void;

/** Somebody else's server, on this machine. */
export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly ReceivedWebhook[];
  answer: AnswerWebhook;
  /** Requests that were open at the same time, at most. */
  mostAtOnce(): number;
  close(): Promise<void>;
}

export const answerWith =
  (status: number, headers: Record<string, string> = {}, body = ''): AnswerWebhook =>
  (response) =>
    void response.writeHead(status, headers).end(body);

export const hang: AnswerWebhook = () => undefined;

/** Throws when it was not signed with this secret, as the reference implementation has it. */
export function verify(secret: string, { text, headers }: ReceivedWebhook): unknown {
  return new Webhook(secret).verify(text, headers);
}

export async function startReceiver(answer: AnswerWebhook = answerWith(204)): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const [open, most] = [new Set<ServerResponse>(), { atOnce: 0 }];
  const receiver = { answer, received };
  const server = createServer((request, response) => {
    open.add(response);
    most.atOnce = Math.max(most.atOnce, open.size);
    response.on('close', () => open.delete(response));
    void readText(request).then((text) => {
      received.push(receivedOf(request, text));
      receiver.answer(response, received.length);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${port}/hook`,
    mostAtOnce: () => most.atOnce,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function receivedOf(request: IncomingMessage, text: string): ReceivedWebhook {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const body = JSON.parse(text) as ReceivedWebhook['body'];
  return { id: headers['webhook-id'] ?? '', headers, text, body };
}
