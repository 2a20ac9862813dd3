import { addressOf, createCalls, type Calls } from './calls.js';
import { readEvents, type ReadEvent, type ReadOptions } from './events.js';
import type { Connection } from './request.js';

/** The HTTP API, typed by the records of its routes. */
export interface SluiceClient extends Calls {
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
  const events: SluiceClient['events'] = (id, runId, options) =>
    readEvents(connection, addressOf(id, { params: { id: runId } }), options);
  const changes: SluiceClient['changes'] = (options) =>
    readEvents(connection, addressOf('listChanges'), { ...options, isEndless: true });
  return { ...createCalls(connection), events, changes };
}
