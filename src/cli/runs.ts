import type { SluiceClient } from '../client/client.js';
import type { InputOf } from '../client/operations.js';
import { callsOf } from './run-address.js';
import { table, type Terminal } from './terminal.js';

export interface RunsOptions {
  readonly kind?: string;
  readonly status?: string;
  readonly limit: string;
  readonly json: boolean;
}

export async function listRuns(
  client: SluiceClient,
  options: RunsOptions,
  terminal: Terminal,
): Promise<void> {
  const { kind, status, limit } = options;
  // The API says which kinds and states there are.
  const query = { limit, kind, status } as InputOf<'listJobs'>['query'];
  const page = await client.call('listJobs', query === undefined ? {} : { query });
  if (options.json) {
    terminal.out(JSON.stringify(page));
    return;
  }
  const rows = page.items.map((job) => [job.jobId, job.kind, job.state, job.createdAt, job.title]);
  table([['id', 'kind', 'state', 'created', 'title'], ...rows]).forEach((line) => terminal.out(line));
  if (page.hasMore) terminal.err(`there are more; --limit takes up to 100`);
}

export async function cancelRun(
  client: SluiceClient,
  id: string,
  options: { readonly reason?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<void> {
  const answer = await callsOf(id).cancel(client, id, options.reason);
  if (options.json) terminal.out(JSON.stringify(answer));
  else terminal.err(`${id} is asked to stop`);
}
