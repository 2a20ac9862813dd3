import { inboxChannel } from '../../contracts/names.js';
import { inboxChanged } from '../../contracts/runs/change.js';
import type { Announcements } from '../../platform/announcements.js';
import { EventMessage } from './event-message.js';

type Tell = (news: EventMessage) => void;

/**
 * Tells the readers of a user that their inbox changed by something that is no event of a run.
 *
 * N1. News is not stored and has no id. A reader that missed some reads its inbox after it has reconnected.
 * N2. After every reconnect of this process everybody is told: an announcement may have been missed.
 */
export class InboxNews {
  readonly #readers = new Map<string, Set<Tell>>();

  /** Not started yet: it adds itself. */
  constructor(announcements: Pick<Announcements, 'on'>) {
    announcements.on(inboxChannel, {
      onMessage: (userId) => this.#tell(this.#readers.get(userId) ?? []),
      onListening: () => this.#readers.forEach((readers) => this.#tell(readers)),
    });
  }

  /** Gives the end of it. */
  follow(userId: string, tell: Tell): () => void {
    const readers = this.#readers.get(userId) ?? new Set();
    this.#readers.set(userId, readers.add(tell));
    return () => {
      readers.delete(tell);
      if (readers.size === 0 && this.#readers.get(userId) === readers) this.#readers.delete(userId);
    };
  }

  #tell(readers: Iterable<Tell>): void {
    const news = new EventMessage({ at: new Date().toISOString(), type: inboxChanged });
    for (const tell of readers) tell(news);
  }
}
