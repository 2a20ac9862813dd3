import { setTimeout as delay } from 'node:timers/promises';
import { runEventsChannel } from '../../contracts/names.js';
import { listEventsOfRunsAfter, listRunPositions, type StoredEvent } from '../../db/runs/event-reads.js';
import type { Db } from '../../db/base/sql.js';
import type { Logger } from '../../platform/logger.js';
import type { Announcements } from '../../platform/announcements.js';
import { EventMessage } from './event-message.js';

/**
 * Hands every committed event to every reader of its run in this process.
 *
 * H1. A NOTIFY only wakes: events are always read from `run_events`. Runs with readers are also polled every
 *     `pollIntervalMs` and after every reconnect. A lost NOTIFY costs time, never an event.
 * H2. A single statement at a time reads for all woken runs; all their readers share its rows.
 * H3. A reader that is behind the feed's cursor does not join it. It takes only events after its own position. Nothing
 *     is lost and nothing comes twice.
 * H4. A reader without room leaves its feed; once drained, it joins again or catches up by itself. So this process
 *     keeps at most one batch for anyone, however slow they read.
 */
export interface FeedReader {
  readonly runId: string;
  readonly position: number;
  /** Takes what is after its position. False: it has left the feed (it is full, or it has ended). */
  take(messages: readonly EventMessage[]): boolean;
  /** The run is over, or no longer kept: nothing will ever follow. */
  end(): void;
}

interface Feed {
  readonly runId: string;
  readonly readers: Set<FeedReader>;
  cursor: number;
}

export interface EventHubOptions {
  readonly db: Db;
  /** Not started yet: the hub adds itself. */
  readonly announcements: Pick<Announcements, 'on'>;
  readonly logger: Logger;
  readonly pollIntervalMs: number;
}

const EVENTS_PER_RUN = 100;
const RUNS_PER_READ = 200;
const WAIT_AFTER_FAILURE_MS = 250;

export class EventHub {
  readonly #feeds = new Map<string, Feed>();
  readonly #woken = new Set<Feed>();
  #reading = false;
  #stopped = false;
  #poll: NodeJS.Timeout | undefined;
  readonly #options: EventHubOptions;

  constructor(options: EventHubOptions) {
    this.#options = options;
    options.announcements.on(runEventsChannel, {
      onMessage: (payload) => this.#announced(payload),
      onListening: () => this.#feeds.forEach((feed) => this.#wake(feed)),
    });
  }

  start(): void {
    this.#poll = setInterval(() => void this.#lookAtAll(), this.#options.pollIntervalMs);
    this.#poll.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#poll);
  }

  /** False: the feed is ahead of the reader, which has to read up to it first (H3). */
  join(reader: FeedReader): boolean {
    const feed = this.#feeds.get(reader.runId);
    if (feed !== undefined) {
      if (reader.position < feed.cursor) return false;
      feed.readers.add(reader);
      return true;
    }
    const opened = { runId: reader.runId, readers: new Set([reader]), cursor: reader.position };
    this.#feeds.set(reader.runId, opened);
    // Events between the reader's last look and this line were announced to no feed.
    this.#wake(opened);
    return true;
  }

  leave(reader: FeedReader): void {
    const feed = this.#feeds.get(reader.runId);
    if (feed === undefined) return;
    feed.readers.delete(reader);
    if (feed.readers.size === 0) this.#close(feed);
  }

  #announced(payload: string): void {
    const cut = payload.lastIndexOf(':');
    const feed = this.#feeds.get(payload.slice(0, cut));
    if (feed !== undefined && Number(payload.slice(cut + 1)) > feed.cursor) this.#wake(feed);
  }

  #wake(feed: Feed): void {
    this.#woken.add(feed);
    if (!this.#reading) void this.#readWoken();
  }

  async #readWoken(): Promise<void> {
    this.#reading = true;
    while (this.#woken.size > 0 && !this.#stopped) {
      const feeds = [...this.#woken].slice(0, RUNS_PER_READ);
      feeds.forEach((feed) => this.#woken.delete(feed));
      try {
        await this.#read(feeds);
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'events could not be read; trying again');
        feeds.filter((feed) => feed.readers.size > 0).forEach((feed) => this.#woken.add(feed));
        await delay(WAIT_AFTER_FAILURE_MS, undefined, { ref: false });
      }
    }
    this.#reading = false;
  }

  async #read(feeds: readonly Feed[]): Promise<void> {
    const wanted = feeds.map((feed) => ({ runId: feed.runId, after: feed.cursor }));
    const byRun = groupByRun(await listEventsOfRunsAfter(this.#options.db, wanted, EVENTS_PER_RUN));
    for (const feed of feeds) {
      const events = byRun.get(feed.runId) ?? [];
      const last = events.at(-1);
      if (last === undefined) continue;
      feed.cursor = last.pos;
      const messages = events.map((event) => EventMessage.ofStored(event));
      for (const reader of feed.readers) if (!reader.take(messages)) feed.readers.delete(reader);
      if (feed.readers.size === 0) this.#close(feed);
      else if (events.length === EVENTS_PER_RUN) this.#woken.add(feed);
    }
  }

  async #lookAtAll(): Promise<void> {
    const feeds = [...this.#feeds.values()];
    if (feeds.length === 0) return;
    try {
      const positions = await listRunPositions(
        this.#options.db,
        feeds.map((feed) => feed.runId),
      );
      const byRun = new Map(positions.map((position) => [position.runId, position]));
      for (const feed of feeds) {
        const now = byRun.get(feed.runId);
        if (now !== undefined && now.lastPos > feed.cursor) this.#wake(feed);
        else if (now?.finished !== false) this.#endAll(feed);
      }
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'runs with readers could not be looked at; the next poll tries again',
      );
    }
  }

  #endAll(feed: Feed): void {
    const readers = [...feed.readers];
    this.#close(feed);
    readers.forEach((reader) => reader.end());
  }

  #close(feed: Feed): void {
    this.#woken.delete(feed);
    // A feed may have been closed and opened again while a read of its former life was under way.
    if (this.#feeds.get(feed.runId) === feed) this.#feeds.delete(feed.runId);
  }
}

function groupByRun(events: readonly StoredEvent[]): Map<string, StoredEvent[]> {
  const byRun = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const list = byRun.get(event.runId);
    if (list === undefined) byRun.set(event.runId, [event]);
    else list.push(event);
  }
  return byRun;
}
