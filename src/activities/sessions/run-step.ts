import { activityInfo } from '@temporalio/activity';
import type { FinishedStep, RunSessionStepInput, StepOutcome } from '../../contracts/sessions/workflow.js';
import { stepInput } from '../../domain/sessions/steps/step-input.js';
import { stepAhead, withFinished } from '../../domain/sessions/steps/steps-ahead.js';
import { whileBeating } from '../runs/while-beating.js';
import { lostTry, shownFailure, takenBack } from './step-failure.js';
import { StepTry, type SessionStepDeps, type StepDone } from './step-try.js';
import { limitsOf } from './try-limits.js';

/** A model that answers in this time costs less than the way through Temporal to the next step. */
const QUICK_MS = 250;

/** Then the workflow hears of the steps, and the Web UI with it. */
const LONGEST_AHEAD_MS = 2_000;

/**
 * A step of a session, and those that follow it by themselves while the model answers at once.
 *
 * H1. Each of them begins, ends and is paid for as in an activity of its own: see step-try.ts.
 * H2. The activity ends before whatever the workflow decides: a gate, a trigger, the end. A slow model ends it too.
 * H3. A command recalls it (recall-steps.ts): the step that runs is the last one.
 * H4. A later try of the activity only goes on. It takes the finished steps from their checkpoints and tries the begun
 *     one again. It begins no other, so the numbers of a step's tries are the activity's attempts.
 * H5. It fails with the step that failed. The workflow asks the ledger which ones ended before it.
 */
export async function runSessionStep(
  deps: SessionStepDeps,
  input: RunSessionStepInput,
): Promise<StepOutcome> {
  const steps = new StepsInOrder(deps, input);
  try {
    return await whileBeating(
      () => steps.run(),
      () => steps.running,
    );
  } catch (error) {
    throw shownFailure(error, limitsOf(input));
  }
}

class StepsInOrder {
  readonly #deps: SessionStepDeps;
  readonly #input: RunSessionStepInput;
  readonly #startedAtMs = performance.now();
  readonly #finished: FinishedStep[] = [];
  #running: RunSessionStepInput;

  constructor(deps: SessionStepDeps, input: RunSessionStepInput) {
    this.#deps = deps;
    this.#input = input;
    this.#running = input;
  }

  /** The step that the Web UI shows: the activity's summary names its first one. */
  get running(): string {
    return `${this.#running.phase}: ${this.#running.step}`;
  }

  async run(): Promise<StepOutcome> {
    const own = await new StepTry(this.#deps, this.#input, null).run();
    if (own === null) throw lostTry();
    const last = await this.#goOn(own);
    return { ref: own.ref, ahead: this.#finished, isQuick: isQuick(last) };
  }

  async #goOn(own: StepDone): Promise<StepDone> {
    const { ahead, stepId: firstId } = this.#input;
    if (ahead === undefined) return own;
    const mayBegin = activityInfo().attempt === 1;
    let last = own;
    let state = withFinished(ahead, finishedOf(this.#input, own), Date.now());
    while (!mayBegin || (isQuick(last) && performance.now() - this.#startedAtMs < LONGEST_AHEAD_MS)) {
      const place = stepAhead(state, firstId, this.#finished.length + 1);
      if (place === null) break;
      const failure = takenBack();
      if (failure !== null) throw failure;
      this.#running = stepInput(this.#input, state, place);
      const done = await new StepTry(this.#deps, this.#running, { firstId, mayBegin }).run();
      if (done === null) break;
      const finished = finishedOf(this.#running, done);
      state = withFinished(state, finished, Date.now());
      this.#finished.push(finished);
      last = done;
    }
    return last;
  }
}

function isQuick({ modelMs }: StepDone): boolean {
  return modelMs < QUICK_MS;
}

function finishedOf({ phase, step, stepId, attempt }: RunSessionStepInput, { ref }: StepDone): FinishedStep {
  return { phase, step, result: { stepId, attempt, ref } };
}
