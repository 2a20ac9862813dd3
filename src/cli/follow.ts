import type { ReadEvent } from '../client/events.js';
import { needsPerson, type RunStatus } from '../domain/runs/status.js';
import { CliError, exitCodes } from './cli-error.js';
import type { Context } from './context.js';
import { callsOf } from './run-address.js';
import { printable } from './terminal.js';

export interface Following {
  /** Begin after this position; 0 is the beginning. Left out: as it is now. */
  readonly after?: number | undefined;
  /** Stop where only a person can go on. */
  readonly stopsAtPerson?: boolean;
  /** A gate that was decided just now: a snapshot may still show it. */
  readonly decidedGate?: string;
}

type Ending = 'completed' | 'ended' | 'needs_person';

/** Follows a run to its end, or to the place where it needs a person. */
export async function follow(context: Context, id: string, following: Following = {}): Promise<Ending> {
  const { flags, terminal } = context;
  const client = await context.client();
  const options = following.after === undefined ? {} : { after: following.after };
  let last: ReadEvent | undefined;
  for await (const event of client.events(callsOf(id).events, id, options)) {
    last = event;
    print(context, event);
    if (following.stopsAtPerson === true && stopsAtPerson(event, following.decidedGate))
      return 'needs_person';
  }
  if (flags.output !== 'json') terminal.live('');
  return last?.type.endsWith('.completed') === true ? 'completed' : 'ended';
}

/** `--wait`: a run that does not end well is an error of the command. */
export async function waitFor(context: Context, id: string, following: Following = {}): Promise<void> {
  const ending = await follow(context, id, Object.assign({ stopsAtPerson: true }, following));
  if (ending === 'needs_person') throw new CliError(`${id} waits for a person.`, exitCodes.needsPerson);
  if (ending === 'ended') throw new CliError(`${id} did not complete.`);
}

function stopsAtPerson({ type, data }: ReadEvent, decidedGate: string | undefined): boolean {
  const progress = progressOf(data);
  const gate = progress['gateId'] ?? data['gateId'];
  if (decidedGate !== undefined && gate === decidedGate) return false;
  const status = progress['status'] ?? data['status'];
  return (
    type === 'gate.opened' || progress['requiresManualTrigger'] === true || needsPerson(status as RunStatus)
  );
}

function print({ flags, terminal }: Context, event: ReadEvent): void {
  if (flags.output === 'json') {
    terminal.out(JSON.stringify(event.data));
    return;
  }
  // Text under way would be thousands of lines: the step's preview comes with its end.
  if (event.type === 'step.delta') return;
  terminal.err(eventLine(event));
  const percent = progressOf(event.data)['percent'];
  if (typeof percent === 'number') terminal.live(bar(percent));
}

const BAR_WIDTH = 30;

function bar(percent: number): string {
  const full = Math.round((Math.min(Math.max(percent, 0), 100) / 100) * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}] ${percent} %`;
}

function eventLine({ type, pos, data }: ReadEvent): string {
  const at = typeof data['at'] === 'string' ? data['at'].slice(11, 19) : '';
  return [at.padEnd(8), String(pos ?? '').padStart(4), type.padEnd(18), detailOf(data)].join('  ').trimEnd();
}

function progressOf(data: ReadEvent['data']): ReadEvent['data'] {
  const { progress } = data;
  return typeof progress === 'object' && progress !== null ? (progress as ReadEvent['data']) : data;
}

/** An event at a glance, for a person; the rest is in `-o json`. */
function detailOf(data: ReadEvent['data']): string {
  const progress = progressOf(data);
  const percent = typeof progress['percent'] === 'number' ? `${progress['percent']} %` : undefined;
  const names = ['phase', 'step', 'phaseTitle', 'status', 'message', 'error'];
  const parts = [percent, ...names.map((name) => textOf(progress[name]))];
  return parts.filter((part) => part !== undefined).join('  ');
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return printable(value);
  if (typeof value !== 'object' || value === null || !('message' in value)) return undefined;
  return typeof value.message === 'string' ? printable(value.message) : undefined;
}
