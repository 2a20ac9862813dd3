import type { ApiClient, Json } from './api-client.js';
import { CliError } from './cli-error.js';
import { table, type Terminal } from './terminal.js';

const PATH = '/api/v1/report-schedules';

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

export async function listSchedules(client: ApiClient, options: Output, terminal: Terminal): Promise<void> {
  const page = await client.get(`${PATH}?limit=100`);
  if (options.json) {
    terminal.out(JSON.stringify(page));
    return;
  }
  const rows = (page['items'] as Json[]).map((item) => [
    ...['id', 'cron', 'timeZone'].map((name) => String(item[name])),
    nextOf(item),
    String(item['name']),
  ]);
  table([['id', 'cron', 'time zone', 'next', 'name'], ...rows]).forEach((line) => terminal.out(line));
}

export async function createSchedule(
  client: ApiClient,
  name: string,
  { cron, timeZone, report, paused, json }: ScheduleOptions,
  terminal: Terminal,
): Promise<void> {
  const body = { name, cron, timeZone, report: parseReport(report), enabled: !paused };
  const made = await client.send('POST', PATH, body);
  if (json) terminal.out(JSON.stringify(made));
  else terminal.out(`${String(made['id'])}  next: ${nextOf(made)}`);
}

/** `pause`, `resume` and `trigger` are requests of that name. */
export async function commandSchedule(
  client: ApiClient,
  { id, verb }: { readonly id: string; readonly verb: string },
  options: Output,
  terminal: Terminal,
): Promise<void> {
  const answer = await client.send('POST', `${PATH}/${encodeURIComponent(id)}/${verb}`);
  if (options.json) terminal.out(JSON.stringify(answer));
  else if (answer['jobId'] === undefined) terminal.out(`${id}  next: ${nextOf(answer)}`);
  else terminal.out(String(answer['jobId']));
}

export async function deleteSchedule(client: ApiClient, id: string, terminal: Terminal): Promise<void> {
  await client.send('DELETE', `${PATH}/${encodeURIComponent(id)}`);
  terminal.err(`${id} is deleted; the jobs that it made stay`);
}

function nextOf(schedule: Json): string {
  const [next] = schedule['nextRuns'] as string[];
  return next ?? (schedule['enabled'] === true ? 'never' : 'paused');
}

function parseReport(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new CliError('--report takes JSON, like \'{"format":"pdf"}\'.');
  }
}
