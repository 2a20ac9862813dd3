import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a streaming model answers: so many pieces, evenly over so long. */
export interface StreamPace {
  readonly answerMs: number;
  readonly pieces: number;
}

/** The calls that the model served while all sessions ran. */
export interface Served {
  readonly steps: number;
  /** Time from the end of an answer to the next question of the same session, the step's overhead. */
  readonly betweenMs: number[];
  readonly seconds: number;
}

interface OpenAnswer {
  readonly session: string;
  readonly startedAtMs: number;
  sent: number;
}

const LONG_ENOUGH = 'a piece of an answer '.repeat(2);

/** The topic of a session names it in each of its prompts. */
export const topicOf = (number: number): string => `stream-${number}-of-the-bench`;

/**
 * A provider in a process of its own, with one timer for all its answers. The message `begin` clears what it counted,
 * and `end` asks for it.
 */
export async function serveModel(pace: StreamPace): Promise<void> {
  const open = new Map<ServerResponse, OpenAnswer>();
  const endedAtMs = new Map<string, number>();
  let [steps, beganAtMs, betweenMs] = [0, performance.now(), [] as number[]];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      const session = /stream-\d+-of/.exec(body)?.[0] ?? '';
      const nowMs = performance.now();
      const before = endedAtMs.get(session);
      if (before !== undefined) betweenMs.push(nowMs - before);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.socket?.setNoDelay(true);
      open.set(response, { session, startedAtMs: nowMs, sent: 0 });
    });
    response.on('close', () => open.delete(response));
  });
  setInterval(() => {
    const nowMs = performance.now();
    for (const [response, answer] of open) {
      const due = Math.floor(((nowMs - answer.startedAtMs) / pace.answerMs) * pace.pieces);
      for (; answer.sent < Math.min(due, pace.pieces); answer.sent += 1)
        response.write(chunk({ content: LONG_ENOUGH }, null));
      if (due <= pace.pieces) continue;
      response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
      open.delete(response);
      endedAtMs.set(answer.session, performance.now());
      steps += 1;
    }
  }, 5);
  process.on('message', (message) => {
    if (message === 'end')
      process.send?.({ steps, betweenMs, seconds: (performance.now() - beganAtMs) / 1_000 } satisfies Served);
    [steps, beganAtMs, betweenMs] = [0, performance.now(), []];
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });
}

function chunk(delta: object, finish: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
}
