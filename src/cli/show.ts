import type { ItemOf, ListId } from '../client/operations.js';
import type { CommandSpec, Given, OptionSpec } from './command.js';
import type { Context } from './context.js';
import { table } from './terminal.js';

type Cell = string | number | boolean | null | undefined;
/** The first one is the id that `-o ids` prints. */
export type Columns<Item> = readonly (readonly [title: string, cell: (item: Item) => Cell])[];

/** A record: a table of one row, its JSON, or its id. */
export function showOne<Item>(context: Context, item: Item, columns: Columns<Item>): void {
  if (context.flags.output === 'json') context.terminal.out(JSON.stringify(item));
  else showRows(context, [item], columns);
}

function showRows<Item>({ flags, terminal }: Context, items: readonly Item[], columns: Columns<Item>): void {
  const rows = items.map((item) => columns.map(([, cell]) => String(cell(item) ?? '')));
  if (flags.output === 'ids') {
    for (const [id] of rows) terminal.out(id ?? '');
    return;
  }
  table([columns.map(([title]) => title), ...rows]).forEach((line) => terminal.out(line));
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/** A page as every list answers it. */
export function showPage<Item>(context: Context, page: Page<Item>, columns: Columns<Item>): void {
  if (context.flags.output === 'json') context.terminal.out(JSON.stringify(page));
  else showRows(context, page.items, columns);
  if (page.hasMore) context.terminal.err('there are more; --all reads every page');
}

interface Listing<Id extends ListId> {
  readonly name: string;
  readonly about: string;
  readonly operation: Id;
  readonly columns: Columns<ItemOf<Id>>;
  /** Named as the query is. */
  readonly filters: readonly OptionSpec[];
  /** Of an id in the path. */
  readonly args?: readonly string[];
  readonly examples: readonly string[];
}

/** The command of a list: its filters, `--limit` and `--all`. */
export function listing<Id extends ListId>(list: Listing<Id>): CommandSpec {
  const { name, about, operation, columns, filters, args = [], examples } = list;
  const own = filters.map(({ flags }) => camelName(flags));
  return {
    name,
    about,
    args,
    examples,
    options: [
      ...filters,
      { flags: '--limit <number>', about: '1 to 100', standard: '20' },
      { flags: '--all', about: 'every page' },
    ],
    run: async (context, [id], given) => {
      // The compiler cannot follow an input through a variable operation; the API checks each filter.
      const client = (await context.client()) as unknown as AnyLists<ItemOf<Id>>;
      const query = queryOf(given, own);
      const input = id === undefined ? { query } : { params: { id }, query };
      if (!given.flag('all')) {
        showPage(context, await client.call(operation, input), columns);
        return;
      }
      const items: ItemOf<Id>[] = [];
      for await (const item of client.items(operation, input)) items.push(item);
      showPage(context, { items, hasMore: false }, columns);
    },
  };
}

interface AnyLists<Item> {
  call(operation: ListId, input: object): Promise<Page<Item>>;
  items(operation: ListId, input: object): AsyncIterable<Item>;
}

function queryOf(given: Given, names: readonly string[]): Record<string, string | undefined> {
  const limit = given.flag('all') ? '100' : given.text('limit');
  const pairs = names.map((name) => [name, given.text(name) ?? (given.flag(name) ? 'true' : undefined)]);
  return { ...(Object.fromEntries(pairs) as Record<string, string | undefined>), limit };
}

/** `--created-from <time>` is `createdFrom`. */
export function camelName(flags: string): string {
  const name = /--([a-z][a-z-]*)/.exec(flags)?.[1] ?? '';
  return name.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}
