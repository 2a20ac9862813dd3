import { setTimeout as delay } from 'node:timers/promises';
import { runEventsChannel } from '../../contracts/names.js';
import type { Db } from '../../db/base/sql.js';
import {
  listChangesAfter,
  listNewestChanges,
  type ChangeCursor,
  type StoredChange,
} from '../../db/runs/changes.js';
import type { ChangePlace } from '../../domain/runs/change-place.js';
import type { Announcements } from '../../platform/announcements.js';
import type { Logger } from '../../platform/logger.js';
import { KeptChanges, type KeptChange, type ListedRun } from './kept-changes.js';

/**
 * Hands the events of all runs to everybody who reads them in this process.
 *
 * F1. A single read at a time serves all readers. The owner of a run decides in memory who gets its events.
 * F2. A NOTIFY only wakes. Every `pollIntervalMs`, and after every reconnect, it is read anyway.
 * F3. Committed events behind the horizon are announced once and cannot be read yet: it looks again until they can.
 * F4. The feed keeps up to `most` events. A reader that needs more begins anew with a snapshot.
 * F5. Without readers nothing is read and nothing is kept. The first one loads the newest events.
 */
export interface ChangeReader {
  take(changes: readonly KeptChange[]): void;
}

export interface ChangeFeedOptions {
  readonly db: Db;
  /** Not started yet: the feed adds itself. */
  readonly announcements: Pick<Announcements, 'on'>;
  readonly logger: Logger;
  readonly pollIntervalMs: number;
  /** How these runs stand in lists. */
  readonly listRuns: (changes: readonly StoredChange[]) => Promise<ReadonlyMap<string, ListedRun>>;
  readonly most?: number;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const MOST = 2_000;
const CHANGES_PER_READ = 500;
const WAIT_AFTER_FAILURE_MS = 250;
const HORIZON_LOOK_MS = 20;
const SLOWEST_HORIZON_LOOK_MS = 500;

export class ChangeFeed {
  readonly #readers = new Set<ChangeReader>();
  #kept: KeptChanges | undefined;
  #cursor: ChangeCursor = { tx: 0, runId: '', pos: 0 };
  #users = 0;
  #waiters: Waiter[] = [];
  #isWanted = false;
  #isReading = false;
  #isStopped = false;
  #lookMs = HORIZON_LOOK_MS;
  #look: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  readonly #options: ChangeFeedOptions;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    const wake = (): void => {
      if (this.#readers.size > 0) this.#want();
    };
    options.announcements.on(runEventsChannel, { onMessage: wake, onListening: wake });
  }

  start(): void {
    this.#poll = setInterval(() => {
      if (this.#readers.size > 0) this.#want();
    }, this.#options.pollIntervalMs);
    this.#poll.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#look);
  }

  /** Runs `use` on everything that was committed before this call and is below the horizon. */
  async current<Result>(use: (kept: KeptChanges) => Result): Promise<Result> {
    this.#users += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiters.push({ resolve, reject });
        this.#want();
      });
      return use(this.#kept!);
    } finally {
      this.#users -= 1;
      this.#closeIfUnused();
    }
  }

  /** Up to where everything was read. */
  get end(): ChangePlace | undefined {
    return this.#kept?.end;
  }

  /** The events after `from`, which the reader has not yet; undefined when they are kept no longer. */
  join(reader: ChangeReader, from: ChangePlace): KeptChange[] | undefined {
    if (this.#kept?.reaches(from) !== true) return undefined;
    this.#readers.add(reader);
    return this.#kept.after(from);
  }

  leave(reader: ChangeReader): void {
    this.#readers.delete(reader);
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    if (this.#readers.size + this.#users > 0) return;
    this.#kept = undefined;
    clearTimeout(this.#look);
  }

  #want(): void {
    this.#isWanted = true;
    clearTimeout(this.#look);
    if (!this.#isReading) void this.#readWanted();
  }

  async #readWanted(): Promise<void> {
    this.#isReading = true;
    while (this.#isWanted && !this.#isStopped) {
      this.#isWanted = false;
      const waiters = this.#waiters;
      this.#waiters = [];
      try {
        await this.#readToEnd();
        waiters.forEach(({ resolve }) => resolve());
      } catch (error) {
        waiters.forEach(({ reject }) => reject(error));
        this.#options.logger.warn({ err: error }, 'the events of all runs could not be read; trying again');
        this.#isWanted ||= this.#readers.size > 0;
        await delay(WAIT_AFTER_FAILURE_MS, undefined, { ref: false });
      }
    }
    this.#isReading = false;
    this.#closeIfUnused();
  }

  async #readToEnd(): Promise<void> {
    this.#kept ??= await this.#load();
    const kept = this.#kept;
    for (;;) {
      const read = await listChangesAfter(this.#options.db, this.#cursor, CHANGES_PER_READ);
      const isEnd = read.changes.length < CHANGES_PER_READ;
      const added = await this.#keep(kept, read.changes, isEnd ? read.horizon : undefined);
      for (const reader of this.#readers) reader.take(added);
      if (isEnd) return this.#lookAgain(read.isWaiting, added.length > 0);
    }
  }

  async #load(): Promise<KeptChanges> {
    const most = this.#options.most ?? MOST;
    const { changes, horizon } = await listNewestChanges(this.#options.db, most);
    const isAll = changes.length < most;
    const first = changes[0]?.tx ?? horizon;
    const whole = isAll ? changes : changes.filter(({ tx }) => tx > first);
    const start = isAll ? { tx: 0, n: 0 } : { tx: first, n: Number.MAX_SAFE_INTEGER };
    const kept = new KeptChanges(most, start);
    await this.#keep(kept, whole, horizon);
    return kept;
  }

  async #keep(
    kept: KeptChanges,
    changes: readonly StoredChange[],
    horizon: number | undefined,
  ): Promise<KeptChange[]> {
    const listed = await this.#options.listRuns(changes);
    const last = changes.at(-1);
    if (horizon !== undefined) this.#cursor = { tx: horizon, runId: '', pos: 0 };
    else if (last !== undefined) this.#cursor = { tx: last.tx, runId: last.runId, pos: last.pos };
    return kept.add(changes, listed, horizon === undefined ? undefined : { tx: horizon, n: 0 });
  }

  /** F3: the horizon moves when a transaction ends, which nobody announces. */
  #lookAgain(isWaiting: boolean, hasMoved: boolean): void {
    this.#lookMs = hasMoved ? HORIZON_LOOK_MS : Math.min(this.#lookMs * 2, SLOWEST_HORIZON_LOOK_MS);
    clearTimeout(this.#look);
    if (!isWaiting || this.#readers.size === 0) return;
    this.#look = setTimeout(() => this.#want(), this.#lookMs);
    this.#look.unref();
  }
}
