import type { SluiceClient } from '../client/client.js';
import type { InputOf, ItemOf } from '../client/operations.js';
import { table, type Terminal } from './terminal.js';

type ListQuery = NonNullable<InputOf<'listDeadLetters'>['query']>;

export interface DeadLetterOptions {
  readonly kind?: string;
  readonly errorCode?: string;
  readonly limit: string;
  readonly json: boolean;
}

export async function listDeadLetters(
  client: SluiceClient,
  options: DeadLetterOptions,
  terminal: Terminal,
): Promise<void> {
  // The API says which kinds there are.
  const query = { limit: options.limit, kind: options.kind, errorCode: options.errorCode } as ListQuery;
  const page = await client.call('listDeadLetters', { query });
  if (options.json) {
    terminal.out(JSON.stringify(page));
    return;
  }
  print(page.items, terminal);
  if (page.hasMore) terminal.err('there are more; --limit takes up to 100');
}

/** One by its id, else all that match: what would be done, until `yes` is said. */
export async function replayDeadLetters(
  client: SluiceClient,
  { id, yes, ...options }: DeadLetterOptions & { readonly id?: string; readonly yes: boolean },
  terminal: Terminal,
): Promise<void> {
  if (id !== undefined) {
    const answer = await client.call('replayDeadLetter', { params: { id } });
    const replayed = answer.jobId ?? answer.deliveryId ?? '';
    terminal.out(options.json ? JSON.stringify(answer) : replayed);
    return;
  }
  const body = { filter: filterOf(options), dryRun: !yes, limit: Number(options.limit) };
  const answer = await client.call('replayDeadLetters', { body });
  if (options.json) {
    terminal.out(JSON.stringify(answer));
  } else if ('replayed' in answer) {
    for (const each of answer.replayed) {
      terminal.out(`${each.deadLetterId} -> ${'jobId' in each ? each.jobId : each.deliveryId}`);
    }
    terminal.err(`${answer.remaining} remain`);
  } else {
    print(answer.sample, terminal);
    terminal.err(`${answer.matching} would be replayed; --yes does it`);
  }
}

type Filter = NonNullable<InputOf<'replayDeadLetters'>['body']['filter']>;

function filterOf({ kind, errorCode }: DeadLetterOptions): Filter {
  // The API says which kinds there are.
  return { kind, errorCode } as Filter;
}

function print(items: readonly ItemOf<'listDeadLetters'>[], terminal: Terminal): void {
  const rows = items.map((item) => [
    item.id,
    item.kind,
    item.errorCode ?? '',
    item.createdAt,
    item.replayedAs ?? '',
    item.title,
  ]);
  const head = ['id', 'kind', 'error', 'created', 'replayed as', 'title'];
  table([head, ...rows]).forEach((line) => terminal.out(line));
}
