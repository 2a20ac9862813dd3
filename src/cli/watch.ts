import type { ApiClient, Json } from './api-client.js';
import { readEvents, type ReadEvent } from './event-reader.js';
import { addressOf } from './run-address.js';
import { printable, type Terminal } from './terminal.js';

export interface WatchOptions {
  readonly json: boolean;
  readonly after?: number;
}

/** Follows a run to its end. True: it ended well. */
export async function watchRun(
  client: ApiClient,
  id: string,
  options: WatchOptions,
  terminal: Terminal,
): Promise<boolean> {
  let last: ReadEvent | undefined;
  for await (const event of readEvents(client, addressOf(id).events, options.after)) {
    last = event;
    if (options.json) terminal.out(JSON.stringify(event.data));
    else terminal.err(eventLine(event));
  }
  return last?.type.endsWith('.completed') === true;
}

function eventLine({ type, pos, data }: ReadEvent): string {
  const at = typeof data['at'] === 'string' ? data['at'].slice(11, 19) : '';
  return [at.padEnd(8), String(pos ?? '').padStart(4), type.padEnd(18), detailOf(data)].join('  ').trimEnd();
}

/** What a person wants to see of an event at a glance; the rest is in `--json`. */
function detailOf(data: Json): string {
  const progress =
    typeof data['progress'] === 'object' && data['progress'] !== null ? (data['progress'] as Json) : data;
  const percent = typeof progress['percent'] === 'number' ? `${progress['percent']} %` : undefined;
  const parts = [
    percent,
    ...['phase', 'phaseTitle', 'status', 'message', 'error'].map((name) => textOf(progress[name])),
  ];
  return parts.filter((part) => part !== undefined).join('  ');
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return printable(value);
  if (typeof value !== 'object' || value === null || !('message' in value)) return undefined;
  return typeof value.message === 'string' ? printable(value.message) : undefined;
}
