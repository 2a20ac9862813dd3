import type { EventSourceMessage } from 'eventsource-parser';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { isFinalEvent } from '../contracts/event-data.js';
import { ApiProblem } from './problem.js';
import { pause, sendOnce, type Connection } from './request.js';

export interface ReadEvent {
  readonly type: string;
  /** Its place within its run. Absent for text under way, which is not stored. */
  readonly pos: number | undefined;
  /** Give it as `after` to go on behind this event. Absent where nobody can. */
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

export interface ReadOptions {
  /** Begin after this position; 0 is the beginning. Left out: a snapshot, and what follows it. */
  readonly after?: number | string;
  readonly signal?: AbortSignal;
}

const RECONNECT_MS = 1_000;

/**
 * Reads the events of a run until its last one, over as many connections as that takes. The stream of all runs has no last one:
 * with `isEndless` it reads until the signal.
 *
 * E1. A connection that breaks is opened again after the last position: no event is lost, none comes twice.
 * E2. A refusal below 500 is final. A connection that never gave an event is refused as it was.
 */
export async function* readEvents(
  connection: Connection,
  path: string,
  { after, signal, isEndless = false }: ReadOptions & { readonly isEndless?: boolean } = {},
): AsyncGenerator<ReadEvent> {
  const reading: Reading = { path, isEndless, position: after?.toString(), finished: false };
  for (;;) {
    try {
      yield* readConnection(connection, reading, signal);
    } catch (error) {
      const isRefused = error instanceof ApiProblem && error.status > 0 && error.status < 500;
      if (isRefused || signal?.aborted === true || reading.position === undefined) throw error;
    }
    if (reading.finished) return;
    await pause(RECONNECT_MS, signal);
  }
}

interface Reading {
  readonly path: string;
  readonly isEndless: boolean;
  position: string | undefined;
  finished: boolean;
}

async function* readConnection(
  connection: Connection,
  reading: Reading,
  signal: AbortSignal | undefined,
): AsyncGenerator<ReadEvent> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (reading.position !== undefined) headers['Last-Event-ID'] = reading.position;
  const answer = await sendOnce(connection, { method: 'GET', path: reading.path, headers, signal });
  reading.finished = answer.status === 204;
  if (answer.body === null) return;
  const frames = answer.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const reader = frames.getReader();
  try {
    for (let frame = await reader.read(); !frame.done; frame = await reader.read()) {
      const read = readEvent(frame.value);
      reading.position = read.id ?? reading.position;
      reading.finished = !reading.isEndless && isFinalEvent(read.type);
      yield read;
      if (reading.finished) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function readEvent({ id, event = 'message', data }: EventSourceMessage): ReadEvent {
  const parsed = JSON.parse(data) as Record<string, unknown>;
  const pos = typeof parsed['pos'] === 'number' ? parsed['pos'] : undefined;
  return { type: event, pos, id: id === '' ? undefined : id, data: parsed };
}
