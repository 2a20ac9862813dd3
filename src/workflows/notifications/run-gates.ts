import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import { decisionLimits } from '../../domain/sessions/decision-message.js';
import { orMissing, orNull, textOf } from '../../domain/sessions/message-checks.js';
import type { OpenRunGateInput, RunGateDecision } from '../../contracts/notifications/gate.js';
import { runGates } from './proxies.js';

const decideRunGate = defineUpdate<void, [RunGateDecision]>('decideRunGate');

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
    const decision = this.#decision;
    this.#gateId = undefined;
    this.#decision = undefined;
    if (decision === undefined) return false;
    await runGates.settleRunGate({ runId: this.#runId, decision });
    return decision.decision === 'approve';
  }

  /** People have the CLI: whatever comes is looked at. */
  #check(given: unknown): void {
    const { gateId, decision, userId, via, comment, signature } = (given ?? {}) as Partial<
      Record<string, unknown>
    >;
    const isOne =
      (decision === 'approve' || decision === 'reject') &&
      (via === 'api' || via === 'console') &&
      textOf(1, 200)(userId) === null &&
      orNull(textOf(0, decisionLimits.comment))(comment) === null &&
      orMissing(textOf(0, 200))(signature) === null;
    if (!isOne) throw ApplicationFailure.nonRetryable('this is no decision', failureTypes.invalidInput);
    if (this.#gateId === undefined || this.#decision !== undefined || gateId !== this.#gateId) {
      throw ApplicationFailure.nonRetryable('no such gate waits', 'not_waiting');
    }
  }
}
