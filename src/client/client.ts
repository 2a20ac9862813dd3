import { readEvents, type ReadEvent, type ReadOptions } from './events.js';
import type { AnswerOf, Arguments, InputOf, ItemOf, ListId, OperationId } from './operations.js';
import { sendRepeatedly, type Connection } from './request.js';
import { routeTable } from './route-table.js';

/** The HTTP API, typed by the records of its routes. */
export interface SluiceClient {
  /** The body of the answer. A refusal is an `ApiProblem`. */
  call<Id extends OperationId>(id: Id, ...args: Arguments<Id>): Promise<AnswerOf<Id>>;
  /** The answer itself: for files, redirects and headers. */
  send<Id extends OperationId>(id: Id, ...args: Arguments<Id>): Promise<Response>;
  /** Every item of a list, page by page. */
  items<Id extends ListId>(id: Id, input?: InputOf<Id>): AsyncGenerator<ItemOf<Id>>;
  /** The events of a run until its last one. */
  events(id: 'jobEvents' | 'sessionEvents', runId: string, options?: ReadOptions): AsyncGenerator<ReadEvent>;
  /** The events of all runs that this person may see, until the signal. */
  changes(options?: ReadOptions): AsyncGenerator<ReadEvent>;
}

interface AnyInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

/**
 * @example
 * const sluice = createClient({ baseUrl: 'http://127.0.0.1:4321', token: 'slk_…' });
 * const { id } = await sluice.call('createSession', { body: { topic: 'home coffee roasting' } });
 * for await (const event of sluice.events('sessionEvents', id)) console.log(event.type);
 */
export function createClient(connection: Connection): SluiceClient {
  const send = (id: OperationId, input: AnyInput = {}): Promise<Response> => {
    const { method, path } = locate(id, input);
    const headers: Record<string, string> = {};
    if (method !== 'GET') headers['Idempotency-Key'] = input.idempotencyKey ?? crypto.randomUUID();
    if (input.ifMatch !== undefined) headers['If-Match'] = input.ifMatch;
    if (input.body === undefined)
      return sendRepeatedly(connection, { method, path, headers, signal: input.signal });
    headers['Content-Type'] = 'application/json';
    const body = JSON.stringify(input.body);
    return sendRepeatedly(connection, { method, path, headers, body, signal: input.signal });
  };
  const call = async (id: OperationId, input?: AnyInput): Promise<unknown> => {
    const text = await (await send(id, input)).text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  async function* items(id: OperationId, input: AnyInput = {}): AsyncGenerator<unknown> {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = cursor === undefined ? input.query : { ...input.query, cursor };
      const page = (await call(id, { ...input, ...(query && { query }) })) as {
        readonly items: readonly unknown[];
        readonly nextCursor: string | null;
      };
      yield* page.items;
      cursor = page.nextCursor;
    }
  }
  const events: SluiceClient['events'] = (id, runId, options) =>
    readEvents(connection, locate(id, { params: { id: runId } }).path, options);
  const changes: SluiceClient['changes'] = (options) =>
    readEvents(connection, locate('listChanges', {}).path, { ...options, isEndless: true });
  return { call, send, items, events, changes } as SluiceClient;
}

/** Method and path of an operation, its parameters and query filled in. */
function locate(id: OperationId, { params = {}, query = {} }: AnyInput): { method: string; path: string } {
  const [method = '', pattern = ''] = routeTable[id].split(' ');
  const path = pattern.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(String(params[name])));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const texts = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  const search = new URLSearchParams(texts).toString();
  return { method, path: search === '' ? path : `${path}?${search}` };
}
