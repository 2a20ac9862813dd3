import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  log,
  setCurrentDetails,
} from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import type { SessionProgressView } from '../../contracts/sessions/session.js';
import type { CotSessionInput, KeptTexts } from '../../contracts/sessions/workflow.js';
import {
  problemOfDecision,
  problemOfProceed,
  refusalOfDecision,
  type DecideGateMessage,
  type ProceedMessage,
} from '../../domain/sessions/decision-message.js';
import { describeSession } from '../../domain/sessions/details.js';
import { decisionCommand, hasTexts } from './decision-command.js';
import { patches } from './patches.js';
import { projections } from './proxies.js';
import type { SessionRun } from './run.js';

/** Decisions from the Temporal side, by update or signal. Their texts are stored before the decision counts. */
export class SessionDecisions {
  readonly #session: SessionRun;
  readonly #input: CotSessionInput;

  constructor(session: SessionRun, input: CotSessionInput) {
    this.#session = session;
    this.#input = input;
  }

  /** As the validator of a decision from the Temporal side, where nobody else checked its argument. */
  refuse(message: DecideGateMessage): void {
    const problem = problemOfDecision(message);
    if (problem !== null)
      throw ApplicationFailure.nonRetryable(`decideGate: ${problem}`, failureTypes.invalidInput);
    this.#session.throwRefusal(refusalOfDecision(this.#session.current, message));
  }

  decide(message: DecideGateMessage): Promise<SessionProgressView> {
    return this.#session.whenAtRest(() => this.#decide(message));
  }

  #decide(message: DecideGateMessage): Promise<SessionProgressView> {
    if (!hasTexts(message) || !this.#session.patches.has(patches.textsAreKept))
      return this.#session.command(decisionCommand(message, this.#session.current));
    return this.#decideWithTexts(message);
  }

  async #decideWithTexts(message: DecideGateMessage): Promise<SessionProgressView> {
    const seen = this.#withGate(message);
    const kept = await this.#keepTexts(seen);
    // Meanwhile somebody else may have decided, and the next gate may be open. The message itself is not judged again:
    // older histories took texts that are refused today.
    this.#session.throwRefusal(refusalOfDecision(this.#session.current, seen));
    return this.#session.command(decisionCommand(seen, this.#session.current, kept));
  }

  /** A signal cannot be refused: one that is malformed, or comes early, twice or late changes nothing, and it shows. */
  proceed(given: unknown): Promise<void> {
    return this.#session.whenAtRest(() => this.#proceed(given));
  }

  async #proceed(given: unknown): Promise<void> {
    // The Web UI and the CLI send null, or nothing, when no argument is given.
    const message = given ?? {};
    const problem = problemOfProceed(message);
    if (problem !== null && this.#session.patches.has(patches.signalsAreChecked))
      return this.#ignoreSignal(problem);
    const decision = this.#withGate({ ...(message as ProceedMessage), decision: 'approve' });
    if (this.#turnsDown(decision)) return;
    const kept =
      hasTexts(decision) && this.#session.patches.has(patches.textsAreKept)
        ? await this.#keepTexts(decision)
        : undefined;
    if (this.#turnsDown(decision)) return;
    this.#session.take(decisionCommand(decision, this.#session.current, kept));
  }

  #turnsDown(decision: DecideGateMessage): boolean {
    const refusal = refusalOfDecision(this.#session.current, decision);
    if (refusal !== null) this.#ignoreSignal(refusal);
    return refusal !== null;
  }

  #ignoreSignal(why: string): void {
    log.warn('a signal proceedNextPhase was ignored', { sessionId: this.#input.sessionId, why });
    setCurrentDetails(describeSession(this.#session.current, { ...this.#input, ignored: why }));
  }

  /** About the gate that is open now, if it does not say so itself. */
  #withGate(message: DecideGateMessage): DecideGateMessage {
    const { waiting } = this.#session.current;
    return waiting.kind === 'gate' ? { gateId: waiting.gate.id, ...message } : message;
  }

  async #keepTexts({ edits, notes, instructions }: DecideGateMessage): Promise<KeptTexts> {
    const { phase } = this.#session.current;
    const input = { sessionId: this.#input.sessionId, phase, edits, notes, instructions };
    try {
      return await CancellationScope.nonCancellable(() => projections.keepDecisionTexts(input));
    } catch (error) {
      // The reason in its own words, without the activity around it.
      throw error instanceof ActivityFailure ? error.cause : error;
    }
  }
}
