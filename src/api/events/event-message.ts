import type { EventName, PublishedEvent } from '../../contracts/event-data.js';
import type { InboxChanged } from '../../contracts/runs/change.js';
import type { StoredEvent } from '../../db/runs/event-reads.js';

/**
 * An event as it leaves the API. Encoded once, however many readers take it, and in whichever form they take it.
 * `pos` is absent for what is not stored (`step.delta`): such an event has no `id`, so nobody resumes from it.
 */
export class EventMessage {
  #json: string | undefined;
  #frame: Buffer | undefined;
  readonly #id: string | undefined;

  constructor(
    readonly body: PublishedEvent | InboxChanged,
    /** Where another number than `pos` is what a reader resumes from. */
    id: string | undefined = body.pos?.toString(),
  ) {
    this.#id = id;
  }

  static ofStored(event: StoredEvent): EventMessage {
    return new EventMessage(publishedEvent(event));
  }

  get type(): EventName | InboxChanged['type'] {
    return this.body.type;
  }

  get pos(): number | undefined {
    return this.body.pos;
  }

  /** The message of a WebSocket, and the `data` of an SSE frame. */
  get json(): string {
    this.#json ??= JSON.stringify(this.body);
    return this.#json;
  }

  /** JSON holds no line break, so one `data:` line is always enough. */
  get frame(): Buffer {
    const id = this.#id === undefined ? '' : `id: ${this.#id}\n`;
    this.#frame ??= Buffer.from(`${id}event: ${this.type}\ndata: ${this.json}\n\n`);
    return this.#frame;
  }
}

/** `{pos, at, type, …}`. The three names are ours: data of the same name cannot take their place. */
export function publishedEvent({ pos, at, type, data }: Omit<StoredEvent, 'runId'>): PublishedEvent {
  const ours = { pos, at, type };
  return { ...ours, ...data, ...ours } as PublishedEvent;
}
