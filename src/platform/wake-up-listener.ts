import type { Client } from 'pg';
import type { Logger } from './logger.js';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
/** A connection whose other side vanished says nothing by itself: the system would take it for alive for hours. */
const PING_EVERY_MS = 2_000;
const PING_TIMEOUT_MS = 2_000;

export interface WakeUpListenerOptions {
  readonly createClient: () => Client;
  /** Any number of channels on the same connection. */
  readonly channel: string | readonly string[];
  readonly logger: Logger;
  readonly onMessage: (payload: string, channel: string) => void;
  /** After every connect: whatever was announced while nobody listened is lost, so everything has to be looked at. */
  readonly onListening: () => void;
}

/**
 * A LISTEN connection that is always wanted: it comes back by itself, with a growing wait in between. It carries only
 * wake-ups. Its users must be right, if later, without it.
 */
export class WakeUpListener {
  #client: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ping: NodeJS.Timeout | undefined;
  #waitMs = FIRST_RETRY_MS;
  #stopped = false;
  #listening = false;
  readonly #options: WakeUpListenerOptions;

  constructor(options: WakeUpListenerOptions) {
    this.#options = options;
  }

  get listening(): boolean {
    return this.#listening;
  }

  start(): void {
    void this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#ping);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = this.#options.createClient();
    this.#client = client;
    // A lost connection emits 'error', 'end', or both: the first one counts.
    client.once('end', () => this.#lost(client));
    client.on('error', () => this.#lost(client));
    client.on('notification', (message) => this.#options.onMessage(message.payload ?? '', message.channel));
    try {
      await client.connect();
      for (const channel of [this.#options.channel].flat())
        await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch {
      this.#lost(client);
      return;
    }
    if (this.#client !== client || this.#stopped) return;
    this.#listening = true;
    this.#waitMs = FIRST_RETRY_MS;
    this.#options.onListening();
    this.#pingLater(client);
  }

  #pingLater(client: Client): void {
    this.#ping = setTimeout(() => {
      const silent = setTimeout(() => this.#lost(client), PING_TIMEOUT_MS);
      client
        .query('select 1')
        .then(
          () => {
            if (this.#client === client && !this.#stopped) this.#pingLater(client);
          },
          () => this.#lost(client),
        )
        .finally(() => clearTimeout(silent));
    }, PING_EVERY_MS);
    this.#ping.unref();
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#listening = false;
    clearTimeout(this.#ping);
    void client.end().catch(() => undefined);
    if (this.#stopped) return;
    this.#options.logger.warn(
      { retryInMs: this.#waitMs },
      'not listening for events; readers poll meanwhile',
    );
    this.#retry = setTimeout(() => void this.#connect(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_RETRY_MS);
  }
}
