import type { SluiceClient } from '../client/client.js';
import { kindOfId, shownIds, type RunKinds } from '../contracts/run-kinds.js';
import { UsageError } from './cli-error.js';

/** Questions to any run, by the prefix of its id. */
export interface RunCalls {
  readonly events: 'jobEvents' | 'sessionEvents';
  cancel(client: SluiceClient, id: string, reason: string | undefined): Promise<unknown>;
  /** Its page in the Temporal Web UI. */
  temporal(client: SluiceClient, id: string): Promise<string | null>;
}

export function callsOf(id: string, kinds?: RunKinds): RunCalls {
  const kind = kindOfId(id, kinds);
  if (kind === undefined) throw new UsageError(`"${id}" is not the id of a run (${shownIds(kinds)}).`);
  return kind.events === 'session' ? session : job;
}

const session: RunCalls = {
  events: 'sessionEvents',
  cancel: (client, id, reason) =>
    client.call('cancelSession', { params: { id }, body: reason === undefined ? {} : { reason } }),
  temporal: async (client, id) => (await client.call('getSession', { params: { id } })).links.temporal,
};

const job: RunCalls = {
  events: 'jobEvents',
  cancel: (client, id) => client.call('cancelJob', { params: { id } }),
  temporal: async (client, id) => (await client.call('getJob', { params: { id } })).links.temporal,
};
