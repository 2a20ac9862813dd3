import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  currentUpdateInfo,
  isCancellation,
  TimeoutFailure,
  patched,
  setCurrentDetails,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import { cotPhase, cotStatus, cotTemplate } from '../../contracts/sessions/messages.js';
import type { SessionProgressView } from '../../contracts/sessions/session.js';
import type { CotSessionInput, StepOutcome } from '../../contracts/sessions/workflow.js';
import { problemOfCommand } from '../../domain/sessions/command-message.js';
import {
  hasTaken,
  refusalOf,
  withTaken,
  type SessionCommand,
  type SessionRefusal,
} from '../../domain/sessions/commands.js';
import { describeSession } from '../../domain/sessions/details.js';
import { gateIdOf } from '../../domain/sessions/gate-id.js';
import { applyCommand, applyFact, nextAction } from '../../domain/sessions/machine.js';
import { progressOf } from '../../domain/sessions/progress.js';
import { progressView } from '../../domain/sessions/progress-view.js';
import { initialSession, type SessionState, type StepProblem } from '../../domain/sessions/state.js';
import type { SessionAction, SessionNews, Transition } from '../../domain/sessions/transitions.js';
import { waitMsOf } from '../../domain/sessions/waiting.js';
import { sortableId, timeOfSortableId } from '../../domain/sortable-id.js';
import { projections, sessionSteps } from './proxies.js';
import { patches } from './patches.js';
import { stepInput } from './step-input.js';

/**
 * Writing the index costs the server more than a step that calls no model, so phases that pass within seconds are left
 * out of it until the next step. What the session waits for is always written at once.
 */
const INDEX_EVERY_MS = 5_000;

/**
 * One session in the course of its workflow: the machine's state, what readers have been told of it, and the step
 * that is running.
 *
 * W1. Readers are told of one change after the other. A handler that changed the state answers when they have been told,
 *     so that an answered command is already visible to whoever reads next; while a model works, too.
 * W2. Readers are told before the next step starts: a step's activity never overtakes what led to it.
 * W3. A redo or a cancel takes away the course that is followed, and with it the step that runs; the machine ignores its
 *     result if it comes all the same. The next course begins with what is to be done by then.
 * W4. What is told before its task is recorded may be told again, and otherwise: its names come from the state, and the
 *     row keeps what was told (domain/sessions/told.ts).
 * W5. What is not needed is not awaited: for every promise in a workflow its worker writes down a stack trace, and
 *     twenty of them cost as much as a step.
 */
export class SessionRun {
  private state: SessionState;
  private news: SessionNews[] = [];
  private toldVersion = 0;
  private sequence = 0;
  private indexed = { status: '', phase: 0, atMs: 0 };
  private changedAtMs = Date.now();
  private telling: Promise<void> | null = null;
  private course = new CancellationScope();
  private runningStepId: string | null = null;

  constructor(private readonly input: CotSessionInput) {
    this.state = input.carried ?? initialSession(input);
    if (input.carried === null) this.news.push({ type: 'session.started' });
  }

  get current(): SessionState {
    return this.state;
  }

  private get untold(): boolean {
    return this.toldVersion < this.state.version || this.news.length > 0;
  }

  /**
   * What the route answers, by the clock of the workflow, which stands at its last task. How long it may still take is
   * known from the history of other sessions alone, and that is in the database.
   */
  progress(): SessionProgressView {
    const nowMs = Date.now();
    return progressView(progressOf(this.state), {
      elapsedMs: nowMs - timeOfSortableId(this.input.sessionId),
      waitMs: waitMsOf(this.state, nowMs),
      etaMs: null,
      etaBasis: null,
      updatedAt: new Date(this.changedAtMs).toISOString(),
    });
  }

  /** As an Update's validator: a refused command never enters the history. */
  refuse(command: SessionCommand): void {
    const problem = problemOfCommand(command);
    if (problem !== null)
      throw ApplicationFailure.nonRetryable(`sessionCommand: ${problem}`, failureTypes.invalidInput);
    if (!this.hasTaken()) this.throwRefusal(refusalOf(this.state, command));
  }

  /** The command that is handled now came before, and its answer was lost: perhaps with an older history. */
  private hasTaken(): boolean {
    return hasTaken(this.state, currentUpdateInfo()?.id ?? '');
  }

  throwRefusal(refusal: SessionRefusal | null): void {
    if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal, refusal, this.progress());
  }

  async command(given: SessionCommand): Promise<SessionProgressView> {
    const commandId = currentUpdateInfo()?.id ?? '';
    const command = { ...given, by: { ...given.by, commandId } };
    // Again, although the validator asked: another command may have been handled in between.
    const refusal = refusalOf(this.state, command);
    if (refusal === 'unchanged' || this.hasTaken()) return this.answer();
    this.throwRefusal(refusal);
    this.take(command);
    this.state = withTaken(this.state, commandId);
    if (command.kind === 'redo' || command.kind === 'cancel') this.course.cancel();
    return this.answer();
  }

  /** As it is now, once readers can see it. */
  private async answer(): Promise<SessionProgressView> {
    const answer = this.progress();
    await this.tell();
    return answer;
  }

  /** One that is refused changes nothing. */
  take(command: SessionCommand): void {
    this.apply(applyCommand(this.state, command, Date.now()));
  }

  /** `handOver` begins a new history with this state; it does not return. */
  async untilEnd(handOver: () => Promise<never>): Promise<void> {
    for (;;) {
      this.course = new CancellationScope();
      try {
        return await this.course.run(() => this.follow(handOver));
      } catch (error) {
        if (CancellationScope.current().consideredCancelled || !isCancellation(error)) throw error;
      }
    }
  }

  private async follow(handOver: () => Promise<never>): Promise<void> {
    for (;;) {
      for (let telling = this.tell(); telling !== null; telling = this.tell()) await telling;
      const action = nextAction(this.state);
      if (action.kind === 'end') return;
      if (workflowInfo().continueAsNewSuggested) {
        // A handler may be on its way out with its answer; one that changed something waits for `tell`.
        await condition(() => allHandlersFinished() || this.untold);
        if (!this.untold) await handOver();
      } else if (action.kind === 'run_step') {
        await this.runStep(action);
      } else if (action.kind === 'open_gate') {
        this.openGate(Date.now());
      } else {
        await this.wait(action.untilMs);
      }
    }
  }

  /** The record may have another picture: this workflow run began with a reset. */
  async tellAgain(): Promise<void> {
    this.toldVersion = 0;
    await this.tell();
  }

  /** The workflow itself was canceled, from the Web UI or the CLI. */
  async endFromOutside(): Promise<void> {
    const by = { userId: null, via: 'signal' } as const;
    this.take({ kind: 'cancel', by, reason: 'canceled on Temporal' });
    await this.tell();
  }

  private openGate(nowMs: number): void {
    const gateId = patched(patches.gateIdsAreDerived)
      ? gateIdOf(this.input.sessionId, this.state)
      : newId('gate', nowMs);
    this.apply(applyFact(this.state, { kind: 'gate_opened', gateId }, nowMs));
  }

  private async runStep(action: Extract<SessionAction, { kind: 'run_step' }>): Promise<void> {
    const { version } = this.state;
    // Recorded with the command that starts it, before anybody sees it: a repeated task may make another one.
    const stepId = newId('step', Date.now());
    this.runningStepId = stepId;
    try {
      const { ref } = await this.callStep(action, stepId);
      const result = { stepId, attempt: action.attempt, ref };
      const before = this.state.version;
      this.apply(
        applyFact(
          this.state,
          { kind: 'step_finished', phase: action.phase, step: action.step, result },
          Date.now(),
        ),
      );
      // The activity has told readers already, unless a command came in between or there is more to tell.
      if (before === version && this.news.length === 0 && !this.beginsToWait()) this.told(this.state);
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.apply(
        applyFact(
          this.state,
          { kind: 'step_failed', stepId, attempt: action.attempt, problem: problemOf(action, error) },
          Date.now(),
        ),
      );
    } finally {
      this.runningStepId = null;
    }
  }

  /** The next step waits for its trigger: the activity could not foretell since when. */
  private beginsToWait(): boolean {
    return this.state.waiting.kind === 'trigger' && patched(patches.manualWaitsAreTold);
  }

  private callStep(
    action: Extract<SessionAction, { kind: 'run_step' }>,
    stepId: string,
  ): Promise<StepOutcome> {
    const title = this.state.plan.phases[action.phase - 1]?.title ?? '';
    const { runSessionStep } = sessionSteps(`${action.phase}. ${title}: ${action.step}`);
    return runSessionStep(stepInput(this.input, this.state, action, stepId));
  }

  private async wait(untilMs: number | null): Promise<void> {
    const { version } = this.state;
    const changed = (): boolean => this.state.version !== version || this.outgrown();
    if (untilMs === null) return condition(changed);
    const inTime = await condition(changed, Math.max(1, untilMs - Date.now()));
    if (inTime || this.state.waiting.kind !== 'gate') return;
    const { id, remindAtMs } = this.state.waiting.gate;
    this.apply(
      applyFact(
        this.state,
        { kind: remindAtMs === null ? 'gate_expired' : 'gate_reminded', gateId: id },
        Date.now(),
      ),
    );
  }

  /** Signals that change nothing, and commands that are refused late, make a history grow while nothing moves. */
  private outgrown(): boolean {
    return workflowInfo().continueAsNewSuggested && patched(patches.handsOverWhileWaiting);
  }

  /** Until readers know everything; null when they do already. Whoever asks meanwhile waits for the same. */
  private tell(): Promise<void> | null {
    if (this.telling === null && this.untold) this.telling = this.tellAll();
    return this.telling;
  }

  private async tellAll(): Promise<void> {
    try {
      // The end of the workflow does not take back what was begun to be told.
      while (this.untold) await CancellationScope.nonCancellable(() => this.tellNext());
    } finally {
      this.telling = null;
    }
  }

  private async tellNext(): Promise<void> {
    const [state, news] = [this.state, this.news];
    this.news = [];
    this.sequence += 1;
    await projections.projectSession({
      sessionId: this.input.sessionId,
      runId: workflowInfo().runId,
      sequence: this.sequence,
      runningStepId: this.runningStepId,
      state,
      progress: progressOf(state),
      news,
      atMs: Date.now(),
    });
    this.told(state);
  }

  private told({ version }: SessionState): void {
    this.toldVersion = version;
    this.describe();
  }

  private describe(): void {
    const { status, currentPhase } = progressOf(this.state);
    setCurrentDetails(describeSession(this.state, this.input));
    const nowMs = Date.now();
    const { indexed } = this;
    if (
      indexed.status === status &&
      (indexed.phase === currentPhase || nowMs - indexed.atMs < INDEX_EVERY_MS)
    )
      return;
    this.indexed = { status, phase: currentPhase, atMs: nowMs };
    upsertSearchAttributes([
      { key: cotStatus, value: status },
      { key: cotPhase, value: currentPhase },
      { key: cotTemplate, value: this.input.templateName },
    ]);
  }

  private apply(transition: Transition): void {
    if (transition.state !== this.state) this.changedAtMs = Date.now();
    this.state = transition.state;
    this.news.push(...transition.news);
  }
}

function newId(prefix: string, nowMs: number): string {
  return sortableId(prefix, nowMs, uuid4().replaceAll('-', '').slice(0, 20));
}

function problemOf(action: { phase: number; step: StepProblem['step'] }, error: unknown): StepProblem {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const { phase, step } = action;
  // A failure of our own says what a reader may see; anything else is named by its kind.
  if (cause instanceof ApplicationFailure && cause.type !== null && cause.type !== undefined) {
    return { phase, step, code: cause.type, message: cause.message };
  }
  if (cause instanceof TimeoutFailure)
    return { phase, step, code: failureTypes.stepTimedOut, message: 'the step did not finish in time' };
  const code = cause instanceof Error ? cause.name : 'UnknownFailure';
  return { phase, step, code, message: 'the step failed in a way that it could not report' };
}
