import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import { decideRunGateUpdate } from '../../contracts/names.js';
import type { OpenRunGateInput, RunGateDecision } from '../../contracts/notifications/gate.js';
import { problemOfRunDecision } from '../../domain/notifications/run-decision.js';
import { runGates } from './proxies.js';

const decideRunGate = defineUpdate<void, [RunGateDecision]>(decideRunGateUpdate);

/** Where a run waits for a person. A run has at most one open gate. */
export class RunGates {
  #gateId: string | undefined;
  #decision: RunGateDecision | undefined;
  readonly #runId: string;

  constructor(runId: string) {
    this.#runId = runId;
    setHandler(decideRunGate, (decision) => void (this.#decision = decision), {
      validator: (decision) => this.#check(decision),
    });
  }

  /** Waits for the decision. True: the run goes on. */
  async pass(gate: Omit<OpenRunGateInput, 'runId'>): Promise<boolean> {
    const opened = await runGates.openRunGate({ runId: this.#runId, ...gate });
    this.#gateId = opened.gateId;
    await condition(() => this.#decision !== undefined);
    const decision = this.#decision!;
    this.#gateId = undefined;
    this.#decision = undefined;
    await runGates.settleRunGate({ runId: this.#runId, decision });
    return decision.decision === 'approve';
  }

  #check(given: RunGateDecision): void {
    const problem = problemOfRunDecision(given);
    if (problem !== null) {
      throw ApplicationFailure.nonRetryable(`decideRunGate: ${problem}`, failureTypes.invalidInput);
    }
    if (this.#decision !== undefined || given.gateId !== this.#gateId) {
      throw ApplicationFailure.nonRetryable('no such gate waits', 'not_waiting');
    }
  }
}
