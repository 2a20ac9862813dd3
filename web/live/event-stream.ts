import { isFinalEvent, type EventData } from '../../src/contracts/event-data.js';
import { signedOut } from '../app/me';

/**
 * Follows events over SSE, by fetch: a status that says why there is no stream is worth knowing.
 * E1. After a break the stream asks for everything after the last id. It drops a position that it has: nothing
 * is missing, nothing comes twice. An id without an event moves it on.
 * E2. The server sends a comment every 15 s. A connection that is silent for longer is taken for dead.
 * E3. A page that nobody sees holds no connection: a browser has six for a host. It resumes when it is looked at.
 */
export type StreamEvent = {
  readonly [Name in keyof EventData]: EventData[Name] & {
    readonly type: Name;
    readonly at: string;
    /** Absent for text under way and for a snapshot, which are not stored. */
    readonly pos?: number;
  };
}[keyof EventData];

export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'finished' | 'absent';

/** Of one run, which ends; or of all runs, whose ids are no numbers. */
export type StreamKind = 'run' | 'endless';

export interface StreamListener {
  readonly onEvent: (event: StreamEvent) => void;
  readonly onState: (state: StreamState) => void;
}

const SILENCE_MS = 40_000;
const FIRST_DELAY_MS = 300;
const MAX_DELAY_MS = 8_000;
const HIDDEN_MS = 20_000;

export function followEvents(path: string, listener: StreamListener, kind: StreamKind = 'run'): () => void {
  const follower = new Follower(path, listener, kind);
  follower.start();
  return () => follower.stop();
}

class Follower {
  #lastId: string | undefined;
  #delayMs = FIRST_DELAY_MS;
  #connection: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  readonly #path: string;
  readonly #listener: StreamListener;
  readonly #kind: StreamKind;

  constructor(path: string, listener: StreamListener, kind: StreamKind) {
    this.#path = path;
    this.#listener = listener;
    this.#kind = kind;
  }

  start(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
    addEventListener('online', this.#onOnline);
    this.#listener.onState('connecting');
    void this.#connect();
  }

  stop(): void {
    this.#over = true;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    removeEventListener('online', this.#onOnline);
    clearTimeout(this.#timer);
    clearTimeout(this.#hiddenTimer);
    this.#connection?.abort();
  }

  #onOnline = (): void => this.#connectNow();

  #onVisibility = (): void => {
    clearTimeout(this.#hiddenTimer);
    if (document.visibilityState === 'visible') {
      if (this.#connection === undefined) this.#connectNow();
      return;
    }
    this.#hiddenTimer = setTimeout(() => {
      clearTimeout(this.#timer);
      this.#connection?.abort();
      this.#connection = undefined;
    }, HIDDEN_MS);
  };

  #connectNow(): void {
    if (this.#over) return;
    clearTimeout(this.#timer);
    this.#connection?.abort();
    void this.#connect();
  }

  async #connect(): Promise<void> {
    const connection = new AbortController();
    this.#connection = connection;
    try {
      const url = this.#lastId === undefined ? this.#path : `${this.#path}?after=${this.#lastId}`;
      const response = await fetch(url, {
        headers: { Accept: 'text/event-stream' },
        signal: connection.signal,
        cache: 'no-store',
      });
      if (this.#isAnswered(response)) return;
      await this.#read(response, connection);
    } catch {
      // The loop below tries again after any failure.
    }
    if (this.#over || this.#connection !== connection) return;
    this.#retry();
  }

  /** True when there is nothing to follow. */
  #isAnswered(response: Response): boolean {
    if (response.status === 204) return this.#end('finished');
    if (response.status === 401) {
      signedOut();
      return this.#end('absent');
    }
    if (response.status === 403 || response.status === 404 || response.status === 405)
      return this.#end('absent');
    if (!response.ok) throw new Error(String(response.status));
    return false;
  }

  #end(state: 'finished' | 'absent'): true {
    this.stop();
    this.#listener.onState(state);
    return true;
  }

  #retry(): void {
    this.#listener.onState('reconnecting');
    this.#timer = setTimeout(() => void this.#connect(), this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, MAX_DELAY_MS);
  }

  async #read(response: Response, connection: AbortController): Promise<void> {
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    this.#listener.onState('live');
    this.#delayMs = FIRST_DELAY_MS;
    let rest = '';
    for (;;) {
      const silence = setTimeout(() => connection.abort(), SILENCE_MS);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      const frames = (rest + value).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) this.#take(frame);
      if (this.#over) return;
    }
  }

  #take(frame: string): void {
    const id = /^id: ?(\S+)$/m.exec(frame)?.[1];
    const lines = frame.split('\n').filter((line) => line.startsWith('data:'));
    if (lines.length === 0) {
      this.#lastId = id ?? this.#lastId;
      return;
    }
    const event = JSON.parse(lines.map((line) => line.slice(5).trimStart()).join('\n')) as StreamEvent;
    if (event.type !== 'snapshot' && this.#isKnown(id)) return;
    this.#lastId = id ?? this.#lastId;
    this.#listener.onEvent(event);
    if (this.#kind === 'run' && isFinalEvent(event.type)) this.#end('finished');
  }

  #isKnown(id: string | undefined): boolean {
    if (this.#kind === 'endless' || id === undefined || this.#lastId === undefined) return false;
    return Number(id) <= Number(this.#lastId);
  }
}
