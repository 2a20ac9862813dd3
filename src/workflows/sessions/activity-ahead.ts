import { CancellationScope } from '@temporalio/workflow';
import type { FinishedStep, RecallStepsInput } from '../../contracts/sessions/workflow.js';
import type { SessionState } from '../../domain/sessions/state.js';
import { stepAhead, type StepPlace } from '../../domain/sessions/steps/steps-ahead.js';
import { projections } from './proxies.js';

/** An activity that may go on with further steps before its workflow knows of them. */
export class ActivityAhead {
  readonly #input: RecallStepsInput;
  #running: StepPlace | null = null;
  #isKnown = false;
  #recalling: Promise<void> | null = null;

  constructor(sessionId: string, stepId: string, state: SessionState) {
    this.#input = { sessionId, stepId, state };
  }

  /** The step that the recall found running. */
  get running(): StepPlace | null {
    return this.#running;
  }

  /** Somebody waits for the recall. */
  get isRecalling(): boolean {
    return this.#recalling !== null && !this.#isKnown;
  }

  /**
   * Ends when the activity begins no further step and its finished ones are taken; null when that is so. Callers share
   * one promise, so they go on in the order in which they came.
   */
  recalled(take: (finished: readonly FinishedStep[]) => SessionState): Promise<void> | null {
    if (this.#isKnown) return null;
    this.#recalling ??= this.#recall(take);
    return this.#recalling;
  }

  async #recall(take: (finished: readonly FinishedStep[]) => SessionState): Promise<void> {
    const ask = () => projections.recallSteps(this.#input);
    const { finished } = await CancellationScope.nonCancellable(ask);
    this.#running = stepAhead(take(finished), this.#input.stepId, finished.length);
    this.#isKnown = true;
  }
}
