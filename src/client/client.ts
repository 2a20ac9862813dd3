import { addressOf, createCalls, type AnyInput, type Calls } from './calls.js';
import { readEvents, type ReadEvent, type ReadOptions } from './events.js';
import type { InputOf, ItemOf, ListId, OperationId } from './operations.js';
import type { Connection } from './request.js';

/** The HTTP API, typed by the records of its routes. */
export interface SluiceClient extends Calls {
  /** Every item of a list, page by page. */
  items<Id extends ListId>(id: Id, input?: InputOf<Id>): AsyncGenerator<ItemOf<Id>>;
  /** The events of a run until its last one. */
  events(id: 'jobEvents' | 'sessionEvents', runId: string, options?: ReadOptions): AsyncGenerator<ReadEvent>;
  /** The events of all runs that this person may see, until the signal. */
  changes(options?: ReadOptions): AsyncGenerator<ReadEvent>;
}

/**
 * @example
 * const sluice = createClient({ baseUrl: 'http://127.0.0.1:4321', token: 'slk_…' });
 * const { id } = await sluice.call('createSession', { body: { topic: 'home coffee roasting' } });
 * for await (const event of sluice.events('sessionEvents', id)) console.log(event.type);
 */
export function createClient(connection: Connection): SluiceClient {
  const calls = createCalls(connection);
  const call = calls.call as (id: OperationId, input: AnyInput) => Promise<unknown>;
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
    readEvents(connection, addressOf(id, { params: { id: runId } }), options);
  const changes: SluiceClient['changes'] = (options) =>
    readEvents(connection, addressOf('listChanges'), { ...options, isEndless: true });
  return { ...calls, items: items as SluiceClient['items'], events, changes };
}
