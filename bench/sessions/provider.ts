import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnswerCount } from './served.js';

/** How a streaming model answers: so many pieces, evenly over so long. */
export interface StreamPace {
  readonly answerMs: number;
  readonly pieces: number;
}

interface OpenAnswer {
  readonly session: string;
  readonly startedAtMs: number;
  sent: number;
}

const LONG_ENOUGH = 'a piece of an answer '.repeat(2);

/** The topic of a session names it in each of its prompts. */
export const topicOf = (number: number): string => `stream-${number}-of-the-bench`;

/** A provider in a process of its own, with one timer for all its answers. */
export async function serveModel(pace: StreamPace): Promise<void> {
  const open = new Map<ServerResponse, OpenAnswer>();
  const count = new AnswerCount();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      const session = /stream-\d+-of/.exec(body)?.[0] ?? '';
      const nowMs = performance.now();
      count.begins(session);
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
      response.end(`${chunk({}, 'stop')}${usageOf(pace)}data: [DONE]\n\n`);
      open.delete(response);
      count.ends(answer.session);
    }
  }, 5);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });
}

function chunk(delta: object, finish: string | null): string {
  return frame({ choices: [{ index: 0, delta, finish_reason: finish }] });
}

/** As providers report it to a caller who asks for it. */
function usageOf({ pieces }: StreamPace): string {
  const tokens = 10 * pieces;
  const usage = { prompt_tokens: 1_000, completion_tokens: tokens, total_tokens: 1_000 + tokens };
  return frame({ choices: [], usage });
}

function frame(more: object): string {
  const named = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
  return `data: ${JSON.stringify({ ...named, ...more })}\n\n`;
}
