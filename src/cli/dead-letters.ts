import type { ApiClient, Json } from './api-client.js';
import { table, type Terminal } from './terminal.js';

const PATH = '/api/v1/dead-letters';

export interface DeadLetterOptions {
  readonly kind?: string;
  readonly errorCode?: string;
  readonly limit: string;
  readonly json: boolean;
}

export async function listDeadLetters(
  client: ApiClient,
  options: DeadLetterOptions,
  terminal: Terminal,
): Promise<void> {
  const query = new URLSearchParams({ limit: options.limit, ...filterOf(options) });
  const page = await client.get(`${PATH}?${query}`);
  if (options.json) {
    terminal.out(JSON.stringify(page));
    return;
  }
  print(page['items'] as Json[], terminal);
  if (page['hasMore'] === true) terminal.err('there are more; --limit takes up to 100');
}

/** One by its id, else all that match: what would be done, until `yes` is said. */
export async function replayDeadLetters(
  client: ApiClient,
  { id, yes, ...options }: DeadLetterOptions & { readonly id?: string; readonly yes: boolean },
  terminal: Terminal,
): Promise<void> {
  if (id !== undefined) {
    const answer = await client.send('POST', `${PATH}/${encodeURIComponent(id)}/replay`);
    terminal.out(options.json ? JSON.stringify(answer) : String(answer['jobId'] ?? answer['deliveryId']));
    return;
  }
  const body = { filter: filterOf(options), dryRun: !yes, limit: Number(options.limit) };
  const answer = await client.send('POST', `${PATH}/replay`, body);
  if (options.json) {
    terminal.out(JSON.stringify(answer));
  } else if (yes) {
    for (const replayed of answer['replayed'] as Json[]) {
      const as = String(replayed['jobId'] ?? replayed['deliveryId']);
      terminal.out(`${String(replayed['deadLetterId'])} -> ${as}`);
    }
    terminal.err(`${String(answer['remaining'])} remain`);
  } else {
    print(answer['sample'] as Json[], terminal);
    terminal.err(`${String(answer['matching'])} would be replayed; --yes does it`);
  }
}

function filterOf({ kind, errorCode }: DeadLetterOptions): Record<string, string> {
  return { ...(kind !== undefined && { kind }), ...(errorCode !== undefined && { errorCode }) };
}

function print(items: readonly Json[], terminal: Terminal): void {
  const rows = items.map((item) =>
    ['id', 'kind', 'errorCode', 'createdAt', 'replayedAs', 'title'].map((name) => String(item[name] ?? '')),
  );
  const head = ['id', 'kind', 'error', 'created', 'replayed as', 'title'];
  table([head, ...rows]).forEach((line) => terminal.out(line));
}
