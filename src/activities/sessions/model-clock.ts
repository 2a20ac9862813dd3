import { cancellationSignal } from '@temporalio/activity';

/** A model has this long after its abort to report its usage. */
const LAST_WORD_MS = 1_000;

export class TryTimedOut extends Error {
  override readonly name = 'TryTimedOut';
}

/** The time that the model of one try has. It is paused while the try waits for something else. */
export class ModelClock {
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #startedAtMs = 0;
  /** Aborts when the time is up, the activity is canceled, or the answer is no longer needed. */
  readonly signal = AbortSignal.any([cancellationSignal(), this.#over.signal]);
  readonly #givenMs: number;
  #leftMs: number;

  constructor(leftMs: number) {
    this.#givenMs = leftMs;
    this.#leftMs = leftMs;
  }

  /** How much of it is over. */
  get usedMs(): number {
    return this.#givenMs - this.#leftMs;
  }

  /** Settles with `work`, or soon after the signal: a model that ignores its abort holds up no worker. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#start();
    const unheeded = this.#unheeded();
    try {
      return await Promise.race([work(), unheeded.promise]);
    } catch (error) {
      throw this.#over.signal.aborted && !cancellationSignal().aborted ? this.#over.signal.reason : error;
    } finally {
      unheeded.forget();
      this.#stop();
    }
  }

  async paused<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#stop();
    try {
      return await work();
    } finally {
      this.#start();
    }
  }

  /** Ends the time early, for this reason. */
  abandon(why: Error): void {
    this.#over.abort(why);
  }

  #start(): void {
    this.#startedAtMs = performance.now();
    this.#timer = setTimeout(() => this.abandon(new TryTimedOut()), Math.max(0, this.#leftMs));
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#startedAtMs;
  }

  #unheeded(): { promise: Promise<never>; forget: () => void } {
    let timer: NodeJS.Timeout | undefined;
    let wait: () => void = () => undefined;
    const promise = new Promise<never>((_resolve, reject) => {
      wait = () => void (timer = setTimeout(() => reject(this.signal.reason as Error), LAST_WORD_MS));
      this.signal.addEventListener('abort', wait, { once: true });
    });
    const forget = (): void => {
      this.signal.removeEventListener('abort', wait);
      clearTimeout(timer);
    };
    return { promise, forget };
  }
}
