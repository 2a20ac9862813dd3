import type { SluiceClient } from '../client/client.js';
import type { ReadEvent } from '../client/events.js';
import { callsOf } from './run-address.js';
import { printable, type Terminal } from './terminal.js';

export interface WatchOptions {
  readonly json: boolean;
  readonly after?: number;
}

/** Follows a run to its end. True: it ended well. */
export async function watchRun(
  client: SluiceClient,
  id: string,
  options: WatchOptions,
  terminal: Terminal,
): Promise<boolean> {
  const after = options.after === undefined ? {} : { after: options.after };
  let last: ReadEvent | undefined;
  for await (const event of client.events(callsOf(id).events, id, after)) {
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
function detailOf(data: ReadEvent['data']): string {
  const progress =
    typeof data['progress'] === 'object' && data['progress'] !== null
      ? (data['progress'] as ReadEvent['data'])
      : data;
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
