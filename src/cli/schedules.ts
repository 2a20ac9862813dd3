import type { SluiceClient } from '../client/client.js';
import type { AnswerOf, InputOf } from '../client/operations.js';
import { CliError } from './cli-error.js';
import { table, type Terminal } from './terminal.js';

export interface ScheduleOptions {
  readonly cron: string;
  readonly timeZone: string;
  /** The body of `POST /generate-report`, as JSON. */
  readonly report: string;
  readonly paused: boolean;
  readonly json: boolean;
}

export interface Output {
  readonly json: boolean;
}

export async function listSchedules(
  client: SluiceClient,
  options: Output,
  terminal: Terminal,
): Promise<void> {
  const page = await client.call('listReportSchedules', { query: { limit: '100' } });
  if (options.json) {
    terminal.out(JSON.stringify(page));
    return;
  }
  const rows = page.items.map((item) => [item.id, item.cron, item.timeZone, nextOf(item), item.name]);
  table([['id', 'cron', 'time zone', 'next', 'name'], ...rows]).forEach((line) => terminal.out(line));
}

export async function createSchedule(
  client: SluiceClient,
  name: string,
  { cron, timeZone, report, paused, json }: ScheduleOptions,
  terminal: Terminal,
): Promise<void> {
  const body = { name, cron, timeZone, report: parseReport(report), enabled: !paused };
  const made = await client.call('createReportSchedule', { body });
  if (json) terminal.out(JSON.stringify(made));
  else terminal.out(`${made.id}  next: ${nextOf(made)}`);
}

const commands = {
  pause: 'pauseReportSchedule',
  resume: 'resumeReportSchedule',
  trigger: 'triggerReportSchedule',
} as const;

export async function commandSchedule(
  client: SluiceClient,
  { id, verb }: { readonly id: string; readonly verb: keyof typeof commands },
  options: Output,
  terminal: Terminal,
): Promise<void> {
  const answer = await client.call(commands[verb], { params: { id } });
  if (options.json) terminal.out(JSON.stringify(answer));
  else terminal.out('jobId' in answer ? answer.jobId : `${id}  next: ${nextOf(answer)}`);
}

export async function deleteSchedule(client: SluiceClient, id: string, terminal: Terminal): Promise<void> {
  await client.call('deleteReportSchedule', { params: { id } });
  terminal.err(`${id} is deleted; the jobs that it made stay`);
}

function nextOf({ nextRuns, enabled }: AnswerOf<'getReportSchedule'>): string {
  return nextRuns[0] ?? (enabled ? 'never' : 'paused');
}

function parseReport(text: string): InputOf<'createReportSchedule'>['body']['report'] {
  try {
    return JSON.parse(text) as InputOf<'createReportSchedule'>['body']['report'];
  } catch {
    throw new CliError('--report takes JSON, like \'{"format":"pdf"}\'.');
  }
}
