import { EventSourceParserStream } from 'eventsource-parser/stream';
import { isFinalEvent } from '../contracts/event-data.js';
import { ApiProblem } from './problem.js';
import { pause, sendOnce, type Connection } from './request.js';

export interface ReadEvent {
  readonly type: string;
  /** Absent for a snapshot and for text under way: neither is stored. */
  readonly pos: number | undefined;
  readonly data: Record<string, unknown>;
}

export interface ReadOptions {
  /** Begin after this position; 0 is the beginning. Left out: a snapshot, and what follows it. */
  readonly after?: number;
  readonly signal?: AbortSignal;
}

const RECONNECT_MS = 1_000;

/**
 * Reads the events of a run until its last one, over as many connections as that takes.
 *
 * E1. A connection that breaks is opened again after the last position: no event is lost, none comes twice.
 * E2. A refusal below 500 is final. A connection that never gave an event is refused as it was.
 */
export async function* readEvents(
  connection: Connection,
  path: string,
  { after, signal }: ReadOptions = {},
): AsyncGenerator<ReadEvent> {
  const reading: Reading = { path, position: after, finished: false };
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
  position: number | undefined;
  finished: boolean;
}

async function* readConnection(
  connection: Connection,
  reading: Reading,
  signal: AbortSignal | undefined,
): AsyncGenerator<ReadEvent> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (reading.position !== undefined) headers['Last-Event-ID'] = String(reading.position);
  const answer = await sendOnce(connection, { method: 'GET', path: reading.path, headers, signal });
  reading.finished = answer.status === 204;
  if (answer.body === null) return;
  const frames = answer.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const reader = frames.getReader();
  try {
    for (let frame = await reader.read(); !frame.done; frame = await reader.read()) {
      const { id, event = 'message', data } = frame.value;
      const pos = id === undefined || id === '' ? undefined : Number(id);
      reading.position = pos ?? reading.position;
      reading.finished = isFinalEvent(event);
      yield { type: event, pos, data: JSON.parse(data) as Record<string, unknown> };
      if (reading.finished) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
