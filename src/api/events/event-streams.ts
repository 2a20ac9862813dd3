import { Problem } from '../../contracts/problems.js';
import { listEventsAfter } from '../../db/runs/event-reads.js';
import type { Db } from '../../db/base/sql.js';
import type { Logger } from '../../platform/logger.js';
import type { EventChannel } from './event-channel.js';
import type { EventHub, FeedReader } from './event-hub.js';
import { EventMessage } from './event-message.js';
import { EventStream, type StreamSource, type StreamStart } from './event-stream.js';
import type { LiveSource } from './event-subject.js';

/**
 * All open streams of this process, and the one timer for all of them.
 *
 * K1. A reader is heard from every `beatMs`, so that proxies and both ends know that the connection lives.
 * K2. Whether a reader may still read is asked again every `recheckMs`: a revoked key ends its streams.
 * K3. A reader that took nothing, or answered no ping, for `slowReaderMs` is dropped. It resumes where it was.
 */
export interface EventStreamsOptions {
  readonly db: Db;
  readonly hub: EventHub;
  readonly logger: Logger;
  readonly beatMs?: number;
  readonly recheckMs?: number;
  readonly slowReaderMs?: number;
  readonly perUser?: number;
}

export interface OpenStream {
  readonly runId: string;
  readonly userId: string;
  readonly channel: EventChannel;
  readonly start: StreamStart;
  readonly live: LiveSource | undefined;
  /** Throws when it cannot be told right now, which ends nothing. */
  mayContinue(): Promise<boolean>;
}

interface Kept {
  readonly userId: string;
  readonly mayContinue: () => Promise<boolean>;
  checkedAt: number;
  endLive: (() => void) | undefined;
}

const BATCH = 100;

export class EventStreams implements StreamSource {
  readonly #kept = new Map<EventStream, Kept>();
  readonly #perUser = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #rechecking = false;
  #stopped = false;

  constructor(private readonly options: EventStreamsOptions) {}

  /** How many readers this process serves. */
  get size(): number {
    return this.#kept.size;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), this.options.beatMs ?? 15_000);
    this.#timer.unref();
  }

  /** Ends every stream, so that the server can close. Readers resume at another process. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const stream of this.#kept.keys()) stream.finish('shutdown');
  }

  /** Refuses before anything was sent, when the user has too many streams already. */
  admit(userId: string): void {
    const limit = this.options.perUser ?? 1_000;
    if ((this.#perUser.get(userId) ?? 0) < limit) return;
    throw new Problem('rate_limited', {
      detail: `You have ${limit} event streams open; close some of them first.`,
      headers: { 'Retry-After': '10' },
    });
  }

  open(opened: OpenStream): void {
    const stream = new EventStream(opened.runId, this, opened.channel, opened.start);
    const { userId, mayContinue } = opened;
    const kept: Kept = { userId, mayContinue, checkedAt: Date.now(), endLive: undefined };
    this.#kept.set(stream, kept);
    this.#perUser.set(opened.userId, (this.#perUser.get(opened.userId) ?? 0) + 1);
    if (this.#stopped) stream.finish('shutdown');
    else stream.begin(opened.start.first);
    if (!stream.ended) kept.endLive = opened.live?.(opened.runId, (message) => stream.takeLive(message));
  }

  join(reader: FeedReader): boolean {
    return this.options.hub.join(reader);
  }

  leave(reader: FeedReader): void {
    this.options.hub.leave(reader);
  }

  async read(runId: string, after: number): Promise<EventMessage[]> {
    const events = await listEventsAfter(this.options.db, runId, after, BATCH);
    return events.map((event) => EventMessage.ofStored(event));
  }

  ended(stream: EventStream): void {
    const kept = this.#kept.get(stream);
    if (kept === undefined) return;
    this.#kept.delete(stream);
    kept.endLive?.();
    const left = (this.#perUser.get(kept.userId) ?? 1) - 1;
    if (left === 0) this.#perUser.delete(kept.userId);
    else this.#perUser.set(kept.userId, left);
  }

  #tick(): void {
    const now = Date.now();
    const slow = this.options.slowReaderMs ?? 30_000;
    for (const stream of this.#kept.keys()) {
      if (stream.stuckForMs(now) >= slow) stream.finish('slow');
      else stream.beat();
    }
    if (!this.#rechecking) void this.#recheck(now - (this.options.recheckMs ?? 30_000));
  }

  /** One at a time: the check is for safety, and may not crowd out the requests that share the pool. */
  async #recheck(dueBefore: number): Promise<void> {
    this.#rechecking = true;
    for (const [stream, kept] of this.#kept) {
      if (kept.checkedAt > dueBefore || stream.ended) continue;
      try {
        const allowed = await kept.mayContinue();
        kept.checkedAt = Date.now();
        if (!allowed) stream.finish('unauthorized');
      } catch (error) {
        this.options.logger.warn({ err: error }, 'a stream could not be checked; it goes on until it can');
      }
    }
    this.#rechecking = false;
  }
}
