import { createClient, type SluiceClient } from '../client/client.js';
import type { Config } from '../platform/config.js';
import { resolveConnection, type ConnectionFlags } from './connection.js';
import { keyedFetch } from './keyed-fetch.js';
import type { Terminal } from './terminal.js';

export type OutputFormat = 'table' | 'json' | 'ids';

/** Options of every command, beside its own. */
export interface CommonFlags extends ConnectionFlags {
  readonly output: OutputFormat;
  readonly dryRun: boolean;
  readonly idempotencyKey: string | undefined;
}

/** `fail` sets the exit code without ending the process, so that what was written gets out. */
export interface Surroundings {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly fail: (code: number) => void;
}

/** The tools of a command. */
export interface Context extends Surroundings {
  readonly flags: CommonFlags;
  /** `--dry-run` shows the request that would be sent instead of sending it. */
  readonly showsRequests: boolean;
  client(): Promise<SluiceClient>;
}

export function createContext(
  surroundings: Surroundings,
  flags: CommonFlags,
  showsRequests: boolean,
): Context {
  const { config, terminal, fail } = surroundings;
  let connected: Promise<SluiceClient> | undefined;
  const connect = async (): Promise<SluiceClient> => {
    const { url, apiKey } = await resolveConnection(config, flags);
    const keyed = keyedFetch({ key: flags.idempotencyKey, showsRequests });
    // A request that is only shown never gets an answer: trying again would show nothing new.
    return createClient(
      showsRequests
        ? { baseUrl: url, token: apiKey, fetch: keyed, retries: 0 }
        : { baseUrl: url, token: apiKey, fetch: keyed },
    );
  };
  return { config, terminal, fail, flags, showsRequests, client: () => (connected ??= connect()) };
}
