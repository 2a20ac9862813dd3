import type { Viewer } from '../../db/runs/runs.js';
import { isAfter, placeId, type ChangePlace } from '../../domain/runs/change-place.js';
import type { ChangeFeed, ChangeReader } from './change-feed.js';
import type { EndReason, EventChannel } from './event-channel.js';
import type { EventMessage } from './event-message.js';
import type { EventStreams, KeptStream } from './event-streams.js';
import type { KeptChange } from './kept-changes.js';

/** The same rule as `visibleTo` in SQL: ADMIN sees every run, anybody else their own. */
export function isVisibleTo({ role, userId }: Viewer, { ownerId }: Pick<KeptChange, 'ownerId'>): boolean {
  return role === 'ADMIN' || ownerId === userId;
}

export interface ChangeStreamParts {
  readonly feed: ChangeFeed;
  readonly streams: Pick<EventStreams, 'ended'>;
  readonly channel: EventChannel;
  readonly viewer: Viewer;
}

/**
 * A reader of the events of all runs.
 *
 * S1. `#place` moves with everything that the reader was given or may not see, so that nothing is sent twice.
 * S2. A reader that can take no more takes nothing. Once it has drained it takes what is kept after its place. When
 *     that is kept no longer the stream ends, and the reader begins anew with a snapshot.
 */
export class ChangeStream implements KeptStream, ChangeReader {
  #place: ChangePlace;
  #isEnded = false;
  #fullSince: number | undefined;
  readonly #parts: ChangeStreamParts;

  constructor(parts: ChangeStreamParts, place: ChangePlace) {
    this.#parts = parts;
    this.#place = place;
    parts.channel.onDrain(() => this.#drained());
    parts.channel.onClose(() => this.#close());
  }

  get ended(): boolean {
    return this.#isEnded;
  }

  begin(snapshot: EventMessage | undefined): void {
    if (snapshot !== undefined && !this.#parts.channel.send(snapshot)) this.#fullSince = Date.now();
    if (this.#fullSince === undefined) this.#follow();
  }

  stuckForMs(now: number): number {
    const full = this.#fullSince === undefined ? 0 : now - this.#fullSince;
    return Math.max(full, this.#parts.channel.silentForMs(now));
  }

  take(changes: readonly KeptChange[]): void {
    for (const change of changes) {
      if (this.#isEnded || this.#fullSince !== undefined) return;
      if (!isAfter(change.place, this.#place)) continue;
      this.#place = change.place;
      if (!isVisibleTo(this.#parts.viewer, change)) continue;
      if (!this.#parts.channel.send(change.message)) this.#fullSince = Date.now();
    }
  }

  /** A reader without room misses it, as one that is away does. */
  takeNews(news: EventMessage): void {
    if (!this.#isEnded && this.#fullSince === undefined && !this.#parts.channel.send(news))
      this.#fullSince = Date.now();
  }

  /** The id moves a reader on for whom nothing happens, so that it can resume for as long as anybody. */
  beat(): void {
    if (this.#isEnded) return;
    const end = this.#fullSince === undefined ? this.#parts.feed.end : undefined;
    this.#parts.channel.beat(end && placeId(end));
  }

  finish(reason: EndReason): void {
    if (this.#isEnded) return;
    this.#close();
    this.#parts.channel.end(reason);
  }

  #follow(): void {
    const missing = this.#parts.feed.join(this, this.#place);
    if (missing === undefined) this.finish('slow');
    else this.take(missing);
  }

  #drained(): void {
    if (this.#fullSince === undefined) return;
    this.#fullSince = undefined;
    if (!this.#isEnded) this.#follow();
  }

  #close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#parts.feed.leave(this);
    this.#parts.streams.ended(this);
  }
}
