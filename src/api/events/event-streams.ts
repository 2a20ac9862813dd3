import { Problem } from '../http/problems.js';
import { principalsChangedChannel } from '../../contracts/users/principal.js';
import { listEventsAfter } from '../../db/runs/event-reads.js';
import type { Db } from '../../db/base/sql.js';
import type { Announcements } from '../../platform/announcements.js';
import type { Logger } from '../../platform/logger.js';
import type { EndReason, EventChannel } from './event-channel.js';
import type { EventHub, FeedReader } from './event-hub.js';
import { EventMessage } from './event-message.js';
import { EventStream, type StreamSource, type StreamStart } from './event-stream.js';
import type { LiveSource } from './event-subject.js';

/**
 * All open streams of this process, and the one timer for all of them.
 *
 * K1. A reader gets a beat every `beatMs`: proxies and both ends see that the connection lives.
 * K2. A reader whose right is lost is gone within 5 s. A change is announced and its user's readers are checked at
 *     once; an expiry ends them on time. All are checked every `deafRecheckMs` without a listener, and every
 *     `recheckMs` in any case.
 * K3. A reader that took nothing, or answered no ping, for `slowReaderMs` is dropped. It resumes where it was.
 */
export interface EventStreamsOptions {
  readonly db: Db;
  readonly hub: EventHub;
  /** Not started yet: the streams add themselves. */
  readonly announcements: Pick<Announcements, 'on' | 'listening'>;
  readonly logger: Logger;
  readonly beatMs?: number;
  readonly recheckMs?: number;
  readonly deafRecheckMs?: number;
  readonly slowReaderMs?: number;
  readonly perUser?: number;
}

/** The user of a stream, and its longest life. */
export interface ReadingRight {
  readonly userId: string;
  readonly goodUntilMs?: number | undefined;
  /** Throws when it cannot be decided right now, which ends nothing. */
  mayContinue(): Promise<boolean>;
}

export interface OpenStream extends ReadingRight {
  readonly runId: string;
  readonly channel: EventChannel;
  readonly start: StreamStart;
  readonly live: LiveSource | undefined;
}

/** The streams in here: of one run, or of all. It says to `ended` when it is over. */
export interface KeptStream {
  readonly ended: boolean;
  /** Milliseconds since the reader took nothing more, or answered nothing. */
  stuckForMs(now: number): number;
  beat(): void;
  finish(reason: EndReason): void;
}

interface Kept {
  readonly userId: string;
  readonly goodUntilMs: number;
  readonly mayContinue: () => Promise<boolean>;
  checkedAt: number;
  endLive: (() => void) | undefined;
  sendAgain: (() => void) | undefined;
}

const BATCH = 100;
const LOOK_MS = 1_000;
const RETRY_MS = 1_000;

export class EventStreams implements StreamSource {
  readonly #kept = new Map<KeptStream, Kept>();
  readonly #perUser = new Map<string, number>();
  #timers: NodeJS.Timeout[] = [];
  #rechecking = false;
  #again = false;
  #stopped = false;
  readonly #options: EventStreamsOptions;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
    options.announcements.on(principalsChangedChannel, {
      onMessage: (userId) => this.#demandRecheck((kept) => kept.userId === userId),
      onListening: () => this.#demandRecheck(() => true),
    });
  }

  /** How many readers this process serves. */
  get size(): number {
    return this.#kept.size;
  }

  start(): void {
    this.#timers = [
      setInterval(() => this.#beat(), this.#options.beatMs ?? 15_000),
      setInterval(() => this.#look(), LOOK_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** Ends every stream, so that the server can close. Readers resume at another process. */
  stop(): void {
    this.#stopped = true;
    this.#timers.forEach(clearInterval);
    for (const stream of this.#kept.keys()) stream.finish('shutdown');
  }

  /** Refuses before anything was sent, when the user has too many streams already. */
  admit(userId: string): void {
    const limit = this.#options.perUser ?? 1_000;
    if ((this.#perUser.get(userId) ?? 0) < limit) return;
    throw new Problem('rate_limited', {
      detail: `You have ${limit} event streams open; close some of them first.`,
      headers: { 'Retry-After': '10' },
    });
  }

  open(opened: OpenStream): void {
    const stream = new EventStream(this, opened);
    const kept = this.keep(stream, opened);
    if (!stream.ended) stream.begin(opened.start.first);
    if (stream.ended) return;
    const live = opened.live?.(opened.runId, (message) => stream.takeLive(message));
    kept.endLive = live?.end;
    kept.sendAgain = live?.again;
  }

  /** From here on the stream is looked after, until it is over. It may be over at once. */
  keep(stream: KeptStream, { userId, mayContinue, goodUntilMs = Infinity }: ReadingRight): Kept {
    const kept: Kept = {
      userId,
      goodUntilMs,
      mayContinue,
      checkedAt: Date.now(),
      endLive: undefined,
      sendAgain: undefined,
    };
    this.#kept.set(stream, kept);
    this.#perUser.set(userId, (this.#perUser.get(userId) ?? 0) + 1);
    if (this.#stopped) stream.finish('shutdown');
    return kept;
  }

  join(reader: FeedReader): boolean {
    return this.#options.hub.join(reader);
  }

  leave(reader: FeedReader): void {
    this.#options.hub.leave(reader);
  }

  drained(stream: KeptStream): void {
    this.#kept.get(stream)?.sendAgain?.();
  }

  async read(runId: string, after: number): Promise<EventMessage[]> {
    const events = await listEventsAfter(this.#options.db, runId, { after, limit: BATCH });
    return events.map((event) => EventMessage.ofStored(event));
  }

  ended(stream: KeptStream): void {
    const kept = this.#kept.get(stream);
    if (kept === undefined) return;
    this.#kept.delete(stream);
    kept.endLive?.();
    const left = (this.#perUser.get(kept.userId) ?? 1) - 1;
    if (left === 0) this.#perUser.delete(kept.userId);
    else this.#perUser.set(kept.userId, left);
  }

  #beat(): void {
    const now = Date.now();
    const slow = this.#options.slowReaderMs ?? 30_000;
    for (const stream of this.#kept.keys()) {
      if (stream.stuckForMs(now) >= slow) stream.finish('slow');
      else stream.beat();
    }
  }

  #look(): void {
    const now = Date.now();
    for (const [stream, kept] of this.#kept) if (kept.goodUntilMs <= now) stream.finish('unauthorized');
    void this.#recheck();
  }

  #demandRecheck(isMeant: (kept: Kept) => boolean): void {
    for (const kept of this.#kept.values()) if (isMeant(kept)) kept.checkedAt = 0;
    void this.#recheck();
  }

  /** Checks run in sequence: they must not crowd out the requests that share the pool. */
  async #recheck(): Promise<void> {
    this.#again = true;
    if (this.#rechecking) return;
    this.#rechecking = true;
    while (this.#again) {
      this.#again = false;
      const dueBefore = Date.now() - this.#recheckMs();
      for (const [stream, kept] of this.#kept)
        if (kept.checkedAt <= dueBefore && !stream.ended) await this.#check(stream, kept);
    }
    this.#rechecking = false;
  }

  #recheckMs(): number {
    const { announcements, recheckMs = 30_000, deafRecheckMs = 3_000 } = this.#options;
    return announcements.listening ? recheckMs : Math.min(recheckMs, deafRecheckMs);
  }

  async #check(stream: KeptStream, kept: Kept): Promise<void> {
    const askedAt = Date.now();
    kept.checkedAt = askedAt;
    try {
      if (!(await kept.mayContinue())) stream.finish('unauthorized');
    } catch (error) {
      // Not when it was demanded again meanwhile: that stands.
      if (kept.checkedAt === askedAt) kept.checkedAt = askedAt - this.#recheckMs() + RETRY_MS;
      this.#options.logger.warn({ err: error }, 'a stream could not be checked; it goes on until it can');
    }
  }
}
