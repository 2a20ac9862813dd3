/** The answers that a model gave while all sessions ran. */
export interface Served {
  readonly steps: number;
  /** Time from the end of an answer to the next question of the same session, the step's overhead. */
  readonly betweenMs: number[];
  readonly seconds: number;
}

/** Counts answers for the parent process. Its message `begin` clears the counts, and `end` asks for them. */
export class AnswerCount {
  readonly #endedAtMs = new Map<string, number>();
  #beganAtMs = performance.now();
  #betweenMs: number[] = [];
  #steps = 0;

  constructor() {
    process.on('message', (message) => {
      if (message === 'end') process.send?.(this.#served());
      if (message !== 'begin' && message !== 'end') return;
      [this.#steps, this.#beganAtMs, this.#betweenMs] = [0, performance.now(), []];
    });
  }

  begins(session: string): void {
    const before = this.#endedAtMs.get(session);
    if (before !== undefined) this.#betweenMs.push(performance.now() - before);
  }

  ends(session: string): void {
    this.#endedAtMs.set(session, performance.now());
    this.#steps += 1;
  }

  #served(): Served {
    const seconds = (performance.now() - this.#beganAtMs) / 1_000;
    return { steps: this.#steps, betweenMs: this.#betweenMs, seconds };
  }
}
