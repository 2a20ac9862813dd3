import { setTimeout as delay } from 'node:timers/promises';
import { isFinalEvent } from '../contracts/event-data.js';
import type { ApiClient, Json } from './api-client.js';
import { CliError } from './cli-error.js';

export interface ReadEvent {
  readonly type: string;
  readonly pos: number | undefined;
  readonly data: Json;
}

const RECONNECT_MS = 1_000;

/** Every event of a run until its last one, over as many connections as that takes: none lost, none twice. */
export async function* readEvents(
  client: ApiClient,
  path: string,
  after?: number,
): AsyncGenerator<ReadEvent> {
  const reading = { path, position: after, finished: false };
  while (!reading.finished) {
    try {
      yield* readConnection(client, reading);
    } catch (error) {
      if (isRefusal(error) || reading.position === undefined) throw error;
    }
    if (!reading.finished) await delay(RECONNECT_MS);
  }
}

interface Reading {
  readonly path: string;
  position: number | undefined;
  finished: boolean;
}

async function* readConnection(client: ApiClient, reading: Reading): AsyncGenerator<ReadEvent> {
  const answer = await open(client, reading.path, reading.position);
  reading.finished = answer.status === 204;
  for await (const event of framesOf(answer)) {
    reading.position = event.pos ?? reading.position;
    reading.finished = isFinalEvent(event.type);
    yield event;
    if (reading.finished) return;
  }
}

/** A refusal is final; anything else is a broken connection, and the next one goes on where this one ended. */
function isRefusal(error: unknown): boolean {
  return error instanceof CliError && error.problem !== undefined && error.problem.status < 500;
}

function open(client: ApiClient, path: string, position: number | undefined): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (position !== undefined) headers['Last-Event-ID'] = String(position);
  return client.fetch(path, { method: 'GET', headers });
}

async function* framesOf(answer: Response): AsyncGenerator<ReadEvent> {
  if (answer.body === null) return;
  let rest = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseFrame(block);
      if (event !== undefined) yield event;
    }
  }
}

/** Comments have no data, and are no events. */
function parseFrame(block: string): ReadEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => {
      const [name = '', ...value] = line.split(': ');
      return [name, value.join(': ')];
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return undefined;
  const id = fields.get('id');
  const pos = id === undefined ? undefined : Number(id);
  return { type: fields.get('event') ?? 'message', pos, data: JSON.parse(data) as Json };
}
