import { cancellationSignal } from '@temporalio/activity';

/** A model that does not heed its abort has this long to say what it used. */
const LAST_WORD_MS = 1_000;

export class TryTimedOut extends Error {
  override readonly name = 'TryTimedOut';
}

/** The time that the model of one try has. It stands still while the try waits for something else. */
export class ModelClock {
  private readonly timedOut = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private startedAtMs = 0;
  /** Aborts when the time is up, or the try is taken back. */
  readonly signal = AbortSignal.any([cancellationSignal(), this.timedOut.signal]);

  constructor(private leftMs: number) {}

  /** Ends when `work` does, or soon after the signal whatever `work` does. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.start();
    const unheeded = this.unheeded();
    try {
      return await Promise.race([work(), unheeded.promise]);
    } catch (error) {
      throw this.timedOut.signal.aborted && !cancellationSignal().aborted ? new TryTimedOut() : error;
    } finally {
      unheeded.forget();
      this.stop();
    }
  }

  async standingStill<Result>(work: () => Promise<Result>): Promise<Result> {
    this.stop();
    try {
      return await work();
    } finally {
      this.start();
    }
  }

  private start(): void {
    this.startedAtMs = performance.now();
    this.timer = setTimeout(() => this.timedOut.abort(), Math.max(0, this.leftMs));
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.leftMs -= performance.now() - this.startedAtMs;
  }

  private unheeded(): { promise: Promise<never>; forget: () => void } {
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
