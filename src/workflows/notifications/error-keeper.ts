import type { NotifyCounts } from '../../contracts/notifications/workflow.js';
import { errorGate, haveTooManyFailed } from '../../domain/notifications/run-gates.js';
import type { RunGates } from './run-gates.js';

/** Stops a run whose messages fail until a person has looked at it, once. */
export class ErrorKeeper {
  isStopped = false;
  #asking: Promise<boolean> | undefined;
  readonly #gates: Pick<RunGates, 'pass'>;
  readonly #rate: number;

  constructor(
    gates: Pick<RunGates, 'pass'>,
    /** Percent of failed messages; 0: never. */
    rate: number,
    public areAccepted: boolean,
  ) {
    this.#gates = gates;
    this.#rate = rate;
  }

  /** Whether another office may begin. Everybody who asks while the gate is open waits for the same decision. */
  mayGoOn(counts: NotifyCounts): Promise<boolean> {
    if (this.#asking !== undefined) return this.#asking;
    if (this.isStopped) return Promise.resolve(false);
    if (this.areAccepted || !haveTooManyFailed(counts, this.#rate)) return Promise.resolve(true);
    this.#asking = this.#ask(counts);
    return this.#asking;
  }

  async #ask(counts: NotifyCounts): Promise<boolean> {
    this.areAccepted = await this.#gates.pass(errorGate(counts));
    this.isStopped = !this.areAccepted;
    this.#asking = undefined;
    return this.areAccepted;
  }
}
