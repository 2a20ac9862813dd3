const FAILURES = 3;
const OPEN_MS = 2_000;

/** Opens after a few failures in a row; then lets a single attempt through every `openMs`, until one succeeds. */
export class CircuitBreaker {
  #failures = 0;
  #retryAt = 0;
  readonly #openMs: number;
  readonly #now: () => number;

  constructor(openMs: number = OPEN_MS, now: () => number = () => performance.now()) {
    this.#openMs = openMs;
    this.#now = now;
  }

  mayTry(): boolean {
    if (this.#failures < FAILURES) return true;
    if (this.#now() < this.#retryAt) return false;
    this.#retryAt = this.#now() + this.#openMs;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(): void {
    this.#failures += 1;
    if (this.#failures >= FAILURES) this.#retryAt = this.#now() + this.#openMs;
  }
}
