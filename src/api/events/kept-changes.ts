import type { PublishedEvent } from '../../contracts/event-data.js';
import type { StoredChange } from '../../db/runs/changes.js';
import { isAfter, placeId, type ChangePlace } from '../../domain/runs/change-place.js';
import { EventMessage, publishedEvent } from './event-message.js';

/** A run as in lists, by the name under which an event carries it. */
export type ListedRun = Readonly<Record<string, unknown>>;

export interface KeptChange {
  readonly place: ChangePlace;
  readonly runId: string;
  readonly ownerId: string;
  readonly message: EventMessage;
}

/**
 * The newest events of all runs, in their order.
 * K1. `start` and `end` say what is here: everything after `start`, up to `end`.
 * K2. How a run stands in lists goes with its newest event alone.
 */
export class KeptChanges {
  #changes: KeptChange[] = [];
  #start: ChangePlace;
  #end: ChangePlace;
  readonly #limit: number;

  constructor(limit: number, start: ChangePlace) {
    this.#limit = limit;
    this.#start = start;
    this.#end = start;
  }

  get end(): ChangePlace {
    return this.#end;
  }

  /** Whether nothing is missing for somebody who has everything up to this place. */
  reaches(place: ChangePlace): boolean {
    return !isAfter(this.#start, place) && !isAfter(place, this.#end);
  }

  after(place: ChangePlace): KeptChange[] {
    return this.#changes.slice(this.#firstAfter(place));
  }

  /** Of everything that was committed up to `end`, what comes next, in its order. Gives what was added. */
  add(
    changes: readonly StoredChange[],
    listed: ReadonlyMap<string, ListedRun>,
    end: ChangePlace | undefined,
  ): KeptChange[] {
    const newest = new Map(changes.map((change, index) => [change.runId, index]));
    this.#changes = this.#changes.map((change) =>
      newest.has(change.runId) ? withoutListed(change) : change,
    );
    const added = changes.map((change, index) => {
      this.#end = { tx: change.tx, n: change.tx === this.#end.tx ? this.#end.n + 1 : 1 };
      return keptChange(
        change,
        this.#end,
        newest.get(change.runId) === index ? listed.get(change.runId) : undefined,
      );
    });
    this.#changes.push(...added);
    if (end !== undefined && isAfter(end, this.#end)) this.#end = end;
    this.#forgetOldest();
    return added;
  }

  #forgetOldest(): void {
    const forgotten = this.#changes.splice(0, Math.max(0, this.#changes.length - this.#limit));
    this.#start = forgotten.at(-1)?.place ?? this.#start;
  }

  #firstAfter(place: ChangePlace): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(this.#changes[middle]!.place, place)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function keptChange(change: StoredChange, place: ChangePlace, listed: ListedRun | undefined): KeptChange {
  const { runId, ownerId, kind } = change;
  const body = { ...publishedEvent(change), ...listed, runId, kind };
  return { place, runId, ownerId, message: new EventMessage(body, placeId(place)) };
}

function withoutListed(change: KeptChange): KeptChange {
  const { session, job, ...body } = change.message.body as PublishedEvent & {
    session?: unknown;
    job?: unknown;
  };
  if (session === undefined && job === undefined) return change;
  return { ...change, message: new EventMessage(body, placeId(change.place)) };
}
