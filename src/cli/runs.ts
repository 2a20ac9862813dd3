import type { ApiClient, Json } from './api-client.js';
import { addressOf } from './run-address.js';
import { table, type Terminal } from './terminal.js';

export interface RunsOptions {
  readonly kind?: string;
  readonly status?: string;
  readonly limit: string;
  readonly json: boolean;
}

export async function listRuns(client: ApiClient, options: RunsOptions, terminal: Terminal): Promise<void> {
  const query = new URLSearchParams({ limit: options.limit });
  if (options.kind !== undefined) query.set('kind', options.kind);
  if (options.status !== undefined) query.set('status', options.status);
  const page = await client.get(`/jobs?${query}`);
  const items = page['items'] as Json[];
  if (options.json) {
    terminal.out(JSON.stringify(page));
    return;
  }
  const rows = items.map((item) =>
    ['jobId', 'kind', 'state', 'createdAt', 'title'].map((name) => String(item[name] ?? '')),
  );
  table([['id', 'kind', 'state', 'created', 'title'], ...rows]).forEach((line) => terminal.out(line));
  if (page['hasMore'] === true) terminal.err(`there are more; --limit takes up to 100`);
}

export async function cancelRun(
  client: ApiClient,
  id: string,
  options: { readonly reason?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<void> {
  const { method, path } = addressOf(id).cancel;
  const body = method === 'POST' ? { ...(options.reason && { reason: options.reason }) } : undefined;
  const answer = await client.send(method, path, body);
  if (options.json) terminal.out(JSON.stringify(answer));
  else terminal.err(`${id} is asked to stop`);
}
