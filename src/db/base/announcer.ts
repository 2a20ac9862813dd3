import type { Pool } from 'pg';

/** A wake-up for the listeners of a channel: NOTIFY. */
export interface Announcement {
  readonly channel: string;
  readonly payload: string;
}

/**
 * Sends the announcements of committed transactions, all that wait in one statement.
 *
 * A NOTIFY inside a transaction holds a cluster-wide lock while its commit is flushed. Commits would follow one after
 * the other. Here that lock is held by a commit that waits for no disk. An announcement that is lost, with its process
 * or its connection, costs its listeners the time to their next poll.
 */
class Announcer {
  #waiting: Announcement[] = [];
  #sending = false;
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  add(announcements: readonly Announcement[]): void {
    this.#waiting.push(...announcements);
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#pool
        .query(ANNOUNCE, [batch.map(({ channel }) => channel), batch.map(({ payload }) => payload)])
        .catch(() => undefined);
    }
    this.#sending = false;
  }
}

const ANNOUNCE = {
  name: 'base.announce',
  text: `select set_config('synchronous_commit', 'off', true), count(pg_notify(channel, payload))
           from unnest($1::text[], $2::text[]) as given (channel, payload)`,
};

const announcers = new WeakMap<Pool, Announcer>();

/** For changes that are committed. It never fails. */
export function announce(pool: Pool, announcements: readonly Announcement[]): void {
  if (announcements.length === 0) return;
  const announcer = announcers.get(pool) ?? new Announcer(pool);
  announcers.set(pool, announcer);
  announcer.add(announcements);
}
