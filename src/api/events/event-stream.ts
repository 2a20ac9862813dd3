import { isFinalEvent } from '../../contracts/event-data.js';
import type { EndReason, EventChannel } from './event-channel.js';
import type { FeedReader } from './event-hub.js';
import type { EventMessage } from './event-message.js';

/** The surroundings of a stream. */
export interface StreamSource {
  join(reader: FeedReader): boolean;
  leave(reader: FeedReader): void;
  /** It has room again, also for what is not stored. */
  drained(stream: EventStream): void;
  ended(stream: EventStream): void;
  /** A batch of what is after a position; empty when there is nothing yet. */
  read(runId: string, after: number): Promise<EventMessage[]>;
}

export interface StreamStart {
  /** The position that the reader has already. */
  readonly after: number;
  /** Its first message, before any event: the snapshot. */
  readonly first?: EventMessage;
  /** The last position there will ever be, when the run is over. */
  readonly until?: number;
}

interface EventReader {
  readonly runId: string;
  readonly channel: EventChannel;
  readonly start: Pick<StreamStart, 'after' | 'until'>;
}

/**
 * A reader of a run, from its position to the final event.
 *
 * T1. `position` moves only with a stored event that the channel took. The next is always `position + 1`, from the
 *     feed or from its own read.
 * T2. It is in the feed, or catching up, or waiting for a drain, or ended; never two of them.
 * T3. The final event is the last thing that is sent.
 */
export class EventStream implements FeedReader {
  readonly runId: string;
  readonly #until: number | undefined;
  #position: number;
  #ended = false;
  #fullSince: number | undefined;
  readonly #source: StreamSource;
  readonly #channel: EventChannel;

  constructor(source: StreamSource, { runId, channel, start }: EventReader) {
    this.runId = runId;
    this.#source = source;
    this.#channel = channel;
    this.#position = start.after;
    this.#until = start.until;
    channel.onDrain(() => this.#drained());
    channel.onClose(() => this.#close());
  }

  /** The snapshot is given here and not kept: it would be most of what an idle reader costs. */
  begin(first: EventMessage | undefined): void {
    if (first !== undefined && !this.#channel.send(first)) this.#fullSince = Date.now();
    if (this.#until !== undefined && this.#position >= this.#until) this.finish('finished');
    void this.#follow();
  }

  get position(): number {
    return this.#position;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Milliseconds since the reader took nothing more, or answered nothing. */
  stuckForMs(now: number): number {
    const full = this.#fullSince === undefined ? 0 : now - this.#fullSince;
    return Math.max(full, this.#channel.silentForMs(now));
  }

  take(messages: readonly EventMessage[]): boolean {
    for (const message of messages) {
      if (this.#ended || this.#fullSince !== undefined) return false;
      if (message.pos === undefined || message.pos <= this.#position) continue;
      this.#position = message.pos;
      if (!this.#channel.send(message)) this.#fullSince = Date.now();
      if (isFinalEvent(message.type) || message.pos === this.#until) this.finish('finished');
    }
    return !this.#ended && this.#fullSince === undefined;
  }

  /** For what is not stored. False: not now. */
  takeLive(message: EventMessage): boolean {
    if (this.#ended || this.#fullSince !== undefined) return false;
    if (this.#channel.send(message)) return true;
    this.#fullSince = Date.now();
    this.#source.leave(this);
    return true;
  }

  end(): void {
    this.finish('finished');
  }

  beat(): void {
    if (!this.#ended) this.#channel.beat();
  }

  finish(reason: EndReason): void {
    if (this.#ended) return;
    this.#close();
    this.#channel.end(reason);
  }

  async #follow(): Promise<void> {
    try {
      while (!this.#ended && this.#fullSince === undefined && !this.#source.join(this)) {
        const messages = await this.#source.read(this.runId, this.#position);
        // Behind a feed and yet nothing to read: the run's events are no longer kept.
        if (messages.length === 0) this.finish('finished');
        this.take(messages);
      }
    } catch {
      this.finish('unavailable');
    }
  }

  #drained(): void {
    if (this.#fullSince === undefined) return;
    this.#fullSince = undefined;
    if (this.#ended) return;
    void this.#follow();
    this.#source.drained(this);
  }

  #close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#source.leave(this);
    this.#source.ended(this);
  }
}
