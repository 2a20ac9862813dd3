import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  currentUpdateInfo,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import type { SessionProgressView } from '../../contracts/sessions/session.js';
import type { CotSessionInput, FinishedStep } from '../../contracts/sessions/workflow.js';
import { problemOfCommand } from '../../domain/sessions/command-message.js';
import {
  hasTaken,
  refusalOf,
  withTaken,
  type SessionCommand,
  type SessionRefusal,
} from '../../domain/sessions/commands.js';
import { gateIdOf } from '../../domain/sessions/derived-ids.js';
import { applyCommand, applyFact, nextAction } from '../../domain/sessions/machine.js';
import { progressOf } from '../../domain/sessions/progress.js';
import { progressView } from '../../domain/sessions/progress-view.js';
import { initialSession, type Ending, type SessionState } from '../../domain/sessions/state.js';
import type { RunStep, SessionEvent, SessionFact, Transition } from '../../domain/sessions/transitions.js';
import { waitMsOf } from '../../domain/sessions/waiting.js';
import { timeOfSortableId } from '../../domain/sortable-id.js';
import { ActivityAhead } from './activity-ahead.js';
import { callStep } from './call-step.js';
import { followedUp } from './followed-up.js';
import { projections } from './proxies.js';
import { newId } from './new-id.js';
import { patches, SessionPatches } from './patches.js';
import { stepFailed } from './step-failed.js';
import { WebUiView } from './web-ui-view.js';

/**
 * A session in its workflow: the machine's state, how far it is projected, and the step that is running.
 *
 * W1. Changes are projected one after the other. A handler answers after the projection of its change, also while a
 *     model works: the next reader sees it.
 * W2. A change is projected before the next step starts: a step's activity never overtakes what led to it.
 * W3. A redo or a cancel ends the course and cancels its running step. The machine ignores a late result. The next
 *     course asks the machine again.
 * W4. A projection whose task is not recorded may be repeated, with other events. Names come from the state, and the
 *     row keeps the projected ones (domain/sessions/projected.ts).
 * W5. A command first recalls the activity that is ahead, and takes its finished steps. It judges by that state.
 * W6. A message is handled when the course is at rest. A worker that was frozen gets results before it, and a replay
 *     gets them behind it. Both come to the same state.
 * W7. Nothing is awaited without need: the worker takes a stack trace of every promise, and twenty cost a step.
 *
 * The file is long, because all of these rules are about the same private state.
 */
export class SessionRun {
  #state: SessionState;
  #events: SessionEvent[] = [];
  #projectedVersion = 0;
  #sequence = 0;
  #changedAtMs = Date.now();
  #projecting: Promise<void> | null = null;
  #course = new CancellationScope();
  #runningStepId: string | null = null;
  /** Until it is known otherwise: the first activity of a history finds it out. */
  #isModelQuick = true;
  #ahead: ActivityAhead | null = null;
  readonly patches = new SessionPatches();
  readonly #comeAtRest = this.patches.has(patches.messagesComeAtRest);
  readonly #input: CotSessionInput;
  readonly #webUi: WebUiView;

  constructor(input: CotSessionInput) {
    this.#input = input;
    this.#webUi = new WebUiView(input);
    this.#state = input.carried ?? initialSession(input);
    if (input.carried === null) this.#events.push({ type: 'session.started' });
  }

  get current(): SessionState {
    return this.#state;
  }

  get #hasUnprojected(): boolean {
    return this.#projectedVersion < this.#state.version || this.#events.length > 0;
  }

  /** The route's answer, by the workflow's clock, which stands at its last task. The workflow cannot know an estimate. */
  progress(): SessionProgressView {
    const nowMs = Date.now();
    return progressView(progressOf(this.#state), {
      elapsedMs: nowMs - timeOfSortableId(this.#input.sessionId),
      waitMs: waitMsOf(this.#state, nowMs),
      etaMs: null,
      etaBasis: null,
      updatedAt: new Date(this.#changedAtMs).toISOString(),
    });
  }

  /** The Update's validator: a refused command never enters the history. */
  refuse(command: SessionCommand): void {
    const problem = problemOfCommand(command);
    if (problem !== null)
      throw ApplicationFailure.nonRetryable(`sessionCommand: ${problem}`, failureTypes.invalidInput);
    // An activity may be further than this state: the handler asks it first, and refuses then.
    if (this.#ahead === null && !this.#hasTaken()) this.throwRefusal(refusalOf(this.#state, command));
  }

  /** The current command came before, perhaps in an older history, and its answer was lost. */
  #hasTaken(): boolean {
    return hasTaken(this.#state, idOfUpdate());
  }

  throwRefusal(refusal: SessionRefusal | null): void {
    if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal, refusal, this.progress());
  }

  command(given: SessionCommand): Promise<SessionProgressView> {
    return this.whenAtRest(() => this.#command(given));
  }

  async #command(given: SessionCommand): Promise<SessionProgressView> {
    const commandId = idOfUpdate();
    const command = { ...given, by: { ...given.by, commandId } };
    for (let pending = this.#recalled(); pending !== null; pending = this.#recalled()) await pending;
    // The activity may have shown a gate already: a person who sees it can decide. The machine opens none too early.
    if (this.#comeAtRest) this.#openGate(Date.now());
    // The validator asked already, but another command may have been handled in between.
    const refusal = refusalOf(this.#state, command);
    if (refusal === 'unchanged' || this.#hasTaken()) return this.#answer();
    this.throwRefusal(refusal);
    this.take(command);
    this.#state = withTaken(this.#state, commandId);
    if (command.kind === 'redo' || command.kind === 'cancel') this.#course.cancel();
    return this.#answer();
  }

  /** Handles a message when the course waits for a step, a person or the clock, and all is projected. */
  whenAtRest<Result>(handle: () => Promise<Result>): Promise<Result> {
    return this.#comeAtRest ? this.#atRest().then(handle) : handle();
  }

  async #atRest(): Promise<void> {
    do {
      await this.#projecting;
      await CancellationScope.nonCancellable(followedUp);
    } while (this.#projecting !== null);
  }

  /** The progress of now, given out once readers can see it. */
  async #answer(): Promise<SessionProgressView> {
    const answer = this.progress();
    await this.#project();
    return answer;
  }

  take(command: SessionCommand): void {
    this.#apply(applyCommand(this.#state, command, Date.now()));
  }

  /** `handOver` begins a new history with this state; it does not return. */
  async untilEnd(handOver: () => Promise<never>): Promise<Ending> {
    for (;;) {
      this.#course = new CancellationScope();
      try {
        return await this.#course.run(() => this.#follow(handOver));
      } catch (error) {
        if (CancellationScope.current().consideredCancelled || !isCancellation(error)) throw error;
      }
    }
  }

  async #follow(handOver: () => Promise<never>): Promise<Ending> {
    for (;;) {
      for (let pending = this.#project(); pending !== null; pending = this.#project()) await pending;
      const action = nextAction(this.#state);
      if (action.kind === 'end') return action.ending;
      if (workflowInfo().continueAsNewSuggested) {
        // A handler may still answer, and change the state.
        await condition(allHandlersFinished);
        if (!this.#hasUnprojected) await handOver();
      } else if (action.kind === 'run_step') {
        await this.#runStep(action);
      } else if (action.kind === 'open_gate') {
        this.#openGate(Date.now());
      } else {
        await this.#wait(action.untilMs);
      }
    }
  }

  /** The row may hold other progress: this workflow run began with a reset. */
  async projectAgain(): Promise<void> {
    for (let pending = this.#recalled(); pending !== null; pending = this.#recalled()) await pending;
    this.#projectedVersion = 0;
    await this.#project();
  }

  /** The workflow itself was canceled, from the Web UI or the CLI. */
  async endFromOutside(): Promise<void> {
    const by = { userId: null, via: 'signal' } as const;
    this.take({ kind: 'cancel', by, reason: 'canceled on Temporal' });
    await this.#project();
  }

  #openGate(nowMs: number): void {
    const gateId = this.patches.has(patches.gateIdsAreDerived)
      ? gateIdOf(this.#input.sessionId, this.#state)
      : newId('gate', nowMs);
    this.#apply(applyFact(this.#state, { kind: 'gate_opened', gateId }, nowMs));
  }

  async #runStep({ phase, step, attempt }: RunStep): Promise<void> {
    const { version } = this.#state;
    // The command that starts the step records this id before anybody sees it: a repeated task may make another one.
    const stepId = newId('step', Date.now());
    const place = { stepId, phase, step, attempt };
    this.#runningStepId = stepId;
    const goesOn = this.#isModelQuick && this.patches.has(patches.stepsRunAhead);
    if (goesOn) this.#ahead = new ActivityAhead(this.#input.sessionId, stepId, this.#state);
    try {
      const done = await callStep(this.#input, this.#state, { place, goesOn });
      // A command that waits for its recall comes first.
      if (this.#ahead?.isRecalling === true) await this.#recalled();
      this.#isModelQuick = done.isQuick === true;
      const before = this.#state.version;
      const result = { stepId, attempt, ref: done.ref };
      this.#takeFinished([{ phase, step, result }]);
      this.#takeFinished(done.ahead ?? []);
      // The activity has projected these results, unless a command came in between. Further events are projected anyway.
      if (before === version && !this.#beginsToWait()) this.#noteProjected(this.#state);
    } catch (error) {
      const pending = this.#recalled();
      if (pending !== null) await pending;
      if (isCancellation(error)) throw error;
      this.#applyNow(stepFailed(this.#ahead?.running ?? place, error));
    } finally {
      this.#runningStepId = null;
      this.#ahead = null;
    }
  }

  /** A result that is known already, or came too late, changes nothing. */
  #takeFinished(steps: readonly FinishedStep[]): SessionState {
    for (const step of steps) this.#applyNow({ kind: 'step_finished', ...step });
    return this.#state;
  }

  /** Null when no activity is further than this state, or may become so. */
  #recalled(): Promise<void> | null {
    return this.#ahead?.recalled((finished) => this.#takeFinished(finished)) ?? null;
  }

  /** The next step waits for its trigger: the activity could not know since when. */
  #beginsToWait(): boolean {
    return this.#state.waiting.kind === 'trigger' && this.patches.has(patches.manualWaitsAreProjected);
  }

  async #wait(untilMs: number | null): Promise<void> {
    const { version } = this.#state;
    const changed = (): boolean => this.#state.version !== version || this.#outgrown();
    if (untilMs === null) return condition(changed);
    const inTime = await condition(changed, Math.max(1, untilMs - Date.now()));
    if (inTime || this.#state.waiting.kind !== 'gate') return;
    const { id, remindAtMs } = this.#state.waiting.gate;
    this.#applyNow({ kind: remindAtMs === null ? 'gate_expired' : 'gate_reminded', gateId: id });
  }

  /** Signals that change nothing, and commands that are refused late, make a history grow while nothing moves. */
  #outgrown(): boolean {
    return workflowInfo().continueAsNewSuggested && this.patches.has(patches.handsOverWhileWaiting);
  }

  /** Ends when all is projected; null when it is already. Concurrent callers share one projection. */
  #project(): Promise<void> | null {
    if (this.#projecting === null && this.#hasUnprojected) this.#projecting = this.#projectAll();
    return this.#projecting;
  }

  async #projectAll(): Promise<void> {
    try {
      // A canceled workflow still finishes the projection that it began.
      while (this.#hasUnprojected) await CancellationScope.nonCancellable(() => this.#projectNext());
    } finally {
      this.#projecting = null;
    }
  }

  async #projectNext(): Promise<void> {
    const state = this.#state;
    const events = this.#events;
    this.#events = [];
    this.#sequence += 1;
    await projections.projectSession({
      sessionId: this.#input.sessionId,
      runId: workflowInfo().runId,
      sequence: this.#sequence,
      runningStepId: this.#runningStepId,
      state,
      progress: progressOf(state),
      events,
      atMs: Date.now(),
    });
    this.#noteProjected(state);
  }

  #noteProjected({ version }: SessionState): void {
    this.#projectedVersion = version;
    this.#webUi.show(this.#state);
  }

  #applyNow(fact: SessionFact): void {
    this.#apply(applyFact(this.#state, fact, Date.now()));
  }

  #apply(transition: Transition): void {
    if (transition.state !== this.#state) this.#changedAtMs = Date.now();
    this.#state = transition.state;
    this.#events.push(...transition.events);
  }
}

/** A command comes as an Update, never as a signal. */
function idOfUpdate(): string {
  return currentUpdateInfo()!.id;
}
