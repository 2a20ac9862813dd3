import type { OpenRunGateInput } from '../../contracts/notifications/gate.js';
import type { NotifyCounts, NotifyState } from '../../contracts/notifications/workflow.js';
import type { RunGates } from './run-gates.js';

/** Below this a few bad addresses are no trend. */
const FEWEST_MESSAGES = 20;

/** Stops a run whose messages fail until a person has looked at it, once. */
export class ErrorKeeper {
  isStopped = false;
  #asking: Promise<boolean> | undefined;
  readonly #gates: RunGates;
  readonly #rate: number;

  constructor(
    gates: RunGates,
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
    if (this.areAccepted || !this.#isTooMuch(counts)) return Promise.resolve(true);
    this.#asking = this.#ask(counts);
    return this.#asking;
  }

  #isTooMuch({ sent, failed }: NotifyCounts): boolean {
    const all = sent + failed;
    return this.#rate > 0 && all >= FEWEST_MESSAGES && failed * 100 >= all * this.#rate;
  }

  async #ask(counts: NotifyCounts): Promise<boolean> {
    this.areAccepted = await this.#gates.pass(errorGate(counts));
    this.isStopped = !this.areAccepted;
    this.#asking = undefined;
    return this.areAccepted;
  }
}

export function canaryGate({ counts }: NotifyState): Omit<OpenRunGateInput, 'runId'> {
  const { offices, officesFailed, sent, failed } = counts;
  const summary = [
    `The first ${offices} offices are through: ${sent} messages sent, ${failed} failed, ${officesFailed} offices failed.`,
    'Approve to go on with the others; reject to end the run here.',
  ].join('\n\n');
  return { kind: 'canary', place: 1, summary, progress: progressOf(counts) };
}

function errorGate(counts: NotifyCounts): Omit<OpenRunGateInput, 'runId'> {
  const { sent, failed, offices } = counts;
  const summary = [
    `${failed} of ${sent + failed} messages have failed, after ${offices} offices.`,
    'Approve to go on in spite of it; reject to end the run here.',
  ].join('\n\n');
  return { kind: 'errors', place: 2, summary, progress: progressOf(counts) };
}

function progressOf({ offices, officesFailed, sent, failed }: NotifyCounts): object {
  return { offices_processed: offices, offices_failed: officesFailed, sent, failed };
}
