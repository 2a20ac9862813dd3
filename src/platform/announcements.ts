import type { Client } from 'pg';
import type { Logger } from './logger.js';
import { WakeUpListener } from './wake-up-listener.js';

export interface AnnouncementHandler {
  readonly onMessage: (payload: string) => void;
  /** After every connect: what was announced before it may have been missed. */
  readonly onListening: () => void;
}

/** Committed changes are announced to every process (NOTIFY), for all in-memory caches, over one connection. */
export class Announcements {
  readonly #handlers = new Map<string, AnnouncementHandler[]>();
  #listener: WakeUpListener | undefined;
  readonly #options: { createClient: () => Client; logger: Logger };

  constructor(options: { createClient: () => Client; logger: Logger }) {
    this.#options = options;
  }

  /** False: nothing is heard right now, so nothing may be kept. */
  get listening(): boolean {
    return this.#listener?.listening ?? false;
  }

  /** Before `start`. Several handlers of a channel hear it in the order in which they were added. */
  on(channel: string, handler: AnnouncementHandler): void {
    this.#handlers.set(channel, [...(this.#handlers.get(channel) ?? []), handler]);
  }

  start(): void {
    this.#listener = new WakeUpListener({
      ...this.#options,
      channel: [...this.#handlers.keys()],
      onMessage: (payload, channel) =>
        this.#handlers.get(channel)?.forEach((handler) => handler.onMessage(payload)),
      onListening: () =>
        this.#handlers.forEach((handlers) => handlers.forEach((handler) => handler.onListening())),
    });
    this.#listener.start();
  }

  async stop(): Promise<void> {
    await this.#listener?.stop();
  }
}
