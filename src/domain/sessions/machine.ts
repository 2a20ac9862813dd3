import { refusalOf, type Decider, type SessionCommand } from './commands.js';
import { auditedOf } from './audited.js';
import {
  currentPhase,
  dueStep,
  emptyPhase,
  stepNames,
  withPhase,
  type ContentRef,
  type OpenGate,
  type PhaseState,
  type SessionState,
  type StepName,
  type StepResult,
} from './state.js';
import { withWaits } from './waiting.js';
import {
  changed,
  unchanged,
  type GateDecision,
  type SessionAction,
  type SessionFact,
  type SessionEvent,
  type Transition,
} from './transitions.js';

/**
 * The phase machine: (state, fact | command) → (state, events). Pure, so that every interleaving can be tried.
 *
 * P1. A phase never starts before the one before it was approved, by a person or by the plan.
 * P2. At most one gate is open.
 * P3. A decision counts only for the attempt and the content it was made for.
 * P4. A step's result counts only for the attempt it ran in; a late one changes nothing.
 * P5. Percent never goes back within an attempt.
 * P6. An ended session never changes again.
 * P7. Nothing new starts while paused; decisions stay possible, and gate deadlines stand still.
 */

/** The reminder comes after four fifths of a gate's time. */
const REMIND_AT = 0.8;

export function nextAction(state: SessionState): SessionAction {
  if (state.ending !== null) return { kind: 'end', ending: state.ending };
  const step = dueStep(currentPhase(state));
  if (step === null && state.waiting.kind === 'nothing') return { kind: 'open_gate' };
  const paused = state.pausedAtMs !== null;
  if (state.waiting.kind === 'gate') {
    const { remindAtMs, deadlineAtMs } = state.waiting.gate;
    return { kind: 'wait', untilMs: paused ? null : (remindAtMs ?? deadlineAtMs) };
  }
  if (paused || state.waiting.kind !== 'nothing' || step === null) return { kind: 'wait', untilMs: null };
  return { kind: 'run_step', phase: state.phase, step, attempt: currentPhase(state).attempt };
}

export function applyFact(state: SessionState, fact: SessionFact, nowMs: number): Transition {
  if (state.ending !== null) return unchanged(state);
  const next = follow(state, fact, nowMs);
  return { ...next, state: withWaits(state, next.state, nowMs) };
}

function follow(state: SessionState, fact: SessionFact, nowMs: number): Transition {
  switch (fact.kind) {
    case 'step_finished':
      return stepFinished(state, fact);
    case 'step_failed':
      if (fact.attempt !== currentPhase(state).attempt || state.waiting.kind !== 'nothing')
        return unchanged(state);
      return changed(state, { waiting: { kind: 'attention', problem: fact.problem } }, [
        { type: 'step.failed', stepId: fact.stepId, attempt: fact.attempt, problem: fact.problem },
      ]);
    case 'gate_opened':
      return gateOpened(state, fact.gateId, nowMs);
    case 'gate_reminded':
      return gateReminded(state, fact.gateId);
    case 'gate_expired':
      return gateExpired(state, fact.gateId);
  }
}

/** Applies an accepted command; one that `refusalOf` refuses changes nothing. */
export function applyCommand(state: SessionState, command: SessionCommand, nowMs: number): Transition {
  if (refusalOf(state, command) !== null) return unchanged(state);
  const next = accept(state, command, nowMs);
  const { kind, by } = command;
  const reason = 'reason' in command ? command.reason : 'gap' in command ? command.gap : null;
  const about = ('gate' in command ? command.gate : null) ?? null;
  const [before, after] = [auditedOf(state), auditedOf(next.state)];
  return {
    state: withWaits(state, next.state, nowMs),
    events: [{ type: 'session.commanded', kind, by, about, before, after, reason }, ...next.events],
  };
}

function accept(state: SessionState, command: SessionCommand, nowMs: number): Transition {
  switch (command.kind) {
    case 'approve':
      return decide(state, { ...command, decision: 'approve', output: null });
    case 'edit':
      return decide(state, { ...command, decision: 'edit' });
    case 'reject':
      return decide(state, { ...command, decision: 'reject', output: null, notes: null });
    case 'redo':
      return redo(state, command);
    case 'run_due_step':
    case 'go_on':
      return goOn(state, command);
    case 'skip_step':
      return skipStep(state, command.gap);
    case 'finish_early':
      return ended(state, 'completed', command.reason ?? 'finished early with what is there');
    case 'pause':
      return changed(state, { pausedAtMs: nowMs }, [{ type: 'session.paused', reason: command.reason }]);
    case 'resume':
      return resume(state, nowMs, command.reason);
    case 'cancel':
      return ended(state, 'canceled', command.reason);
  }
}

function stepFinished(
  state: SessionState,
  fact: { phase: number; step: StepName; result: StepResult },
): Transition {
  const phase = currentPhase(state);
  const stale =
    fact.phase !== state.phase || fact.result.attempt !== phase.attempt || dueStep(phase) !== fact.step;
  if (stale) return unchanged(state);
  const results = { ...phase.results, [fact.step]: fact.result };
  const last = fact.step === 'INTEGRATE';
  const output = last ? (fact.result.ref ?? lastContent(results)) : phase.output;
  const next = withPhase(state, state.phase, { ...phase, results, output });
  if (!last)
    return changed(next, { waiting: state.plan.autoSteps ? { kind: 'nothing' } : { kind: 'trigger' } });
  if (state.plan.phases[state.phase - 1]?.gate === true) return changed(next, {});
  return phaseApproved(next, null);
}

/** A phase whose last step was skipped still hands on the best it has. */
function lastContent(results: PhaseState['results']): ContentRef | null {
  return results.EXECUTE?.ref ?? results.THINK?.ref ?? null;
}

function gateOpened(state: SessionState, gateId: string, nowMs: number): Transition {
  const phase = currentPhase(state);
  if (state.waiting.kind !== 'nothing' || dueStep(phase) !== null) return unchanged(state);
  const gate: OpenGate = {
    id: gateId,
    phase: state.phase,
    attempt: phase.attempt,
    digest: phase.output?.sha256 ?? '',
    openedAtMs: nowMs,
    deadlineAtMs: state.plan.gateTimeoutMs === null ? null : nowMs + state.plan.gateTimeoutMs,
    remindAtMs: state.plan.gateTimeoutMs === null ? null : nowMs + REMIND_AT * state.plan.gateTimeoutMs,
  };
  return changed(state, { waiting: { kind: 'gate', gate } }, [{ type: 'gate.opened', gate }]);
}

function gateReminded(state: SessionState, gateId: string): Transition {
  if (state.waiting.kind !== 'gate' || state.waiting.gate.id !== gateId) return unchanged(state);
  const gate: OpenGate = { ...state.waiting.gate, remindAtMs: null };
  return changed(state, { waiting: { kind: 'gate', gate } }, [{ type: 'gate.reminded', gate }]);
}

function gateExpired(state: SessionState, gateId: string): Transition {
  if (state.waiting.kind !== 'gate' || state.waiting.gate.id !== gateId || state.pausedAtMs !== null) {
    return unchanged(state);
  }
  const { gate } = state.waiting;
  const expired: SessionEvent = { type: 'gate.expired', gate };
  if (state.plan.onTimeout === 'hold') {
    return changed(
      state,
      { waiting: { kind: 'gate', gate: { ...gate, deadlineAtMs: null, remindAtMs: null } } },
      [expired],
    );
  }
  const by: Decider = { userId: null, via: 'timeout' };
  const decided = decide(state, {
    decision: state.plan.onTimeout,
    by,
    comment: 'nobody decided in time',
    notes: null,
    output: null,
  });
  return { state: decided.state, events: [expired, ...decided.events] };
}

function decide(state: SessionState, decision: GateDecision): Transition {
  if (state.waiting.kind !== 'gate') return unchanged(state);
  const { decision: verb, by, comment, notes, output } = decision;
  const made: SessionEvent = {
    type: 'gate.decided',
    gate: state.waiting.gate,
    decision: { decision: verb, by, comment, notes, output },
  };
  if (verb === 'reject') {
    const end = ended(state, 'rejected', comment);
    return { state: end.state, events: [made, ...end.events] };
  }
  const phase = currentPhase(state);
  const decided = withPhase(state, state.phase, { ...phase, output: output ?? phase.output });
  const next = phaseApproved(decided, notes);
  return { state: next.state, events: [made, ...next.events] };
}

function phaseApproved(state: SessionState, notes: ContentRef | null): Transition {
  const approved = withPhase(state, state.phase, { ...currentPhase(state), approved: true, notes });
  if (state.phase === state.plan.phases.length) return ended(approved, 'completed', null);
  return changed(approved, { phase: state.phase + 1, waiting: { kind: 'nothing' } });
}

function redo(state: SessionState, command: Extract<SessionCommand, { kind: 'redo' }>): Transition {
  const attempt = state.attempt + 1;
  const { from } = command;
  const phases = state.phases.map((phase, index): PhaseState => {
    if (index + 1 < from.phase) return phase;
    const keep = index + 1 === from.phase ? stepNames.slice(0, stepNames.indexOf(from.step)) : [];
    const kept = Object.fromEntries(keep.map((step) => [step, phase.results[step]])) as PhaseState['results'];
    const instructions = index + 1 === from.phase ? command.instructions : null;
    return { ...emptyPhase, attempt, results: kept, instructions };
  });
  const events: SessionEvent[] = [{ type: 'session.redone', from, attempt, by: command.by }];
  if (state.waiting.kind === 'gate') {
    const decision: GateDecision = {
      ...pick(command),
      decision: 'redo',
      notes: command.instructions,
      output: null,
    };
    events.unshift({ type: 'gate.decided', gate: state.waiting.gate, decision });
  }
  const next = {
    attempt,
    phases,
    phase: from.phase,
    waiting: { kind: 'nothing' } as const,
    model: command.model ?? state.model,
    input: command.input ?? state.input,
  };
  return changed(state, next, events);
}

function pick(command: { by: Decider; comment: string | null }): { by: Decider; comment: string | null } {
  return { by: command.by, comment: command.comment };
}

function goOn(
  state: SessionState,
  command: { instructions: ContentRef | null; model: string | null },
): Transition {
  const phase = currentPhase(state);
  const instructed = withPhase(state, state.phase, {
    ...phase,
    instructions: command.instructions ?? phase.instructions,
  });
  return changed(instructed, { waiting: { kind: 'nothing' }, model: command.model ?? state.model });
}

function skipStep(state: SessionState, gap: string): Transition {
  const phase = currentPhase(state);
  const step = dueStep(phase);
  if (step === null) return unchanged(state);
  const marked = withPhase(state, state.phase, { ...phase, gap });
  const open: SessionState = { ...marked, waiting: { kind: 'nothing' } };
  const result: StepResult = { stepId: '', attempt: phase.attempt, ref: null };
  return stepFinished(open, { phase: state.phase, step, result });
}

function resume(state: SessionState, nowMs: number, reason: string | null): Transition {
  if (state.pausedAtMs === null) return unchanged(state);
  const resumed: SessionEvent = { type: 'session.resumed', reason };
  if (state.waiting.kind !== 'gate' || state.waiting.gate.deadlineAtMs === null) {
    return changed(state, { pausedAtMs: null }, [resumed]);
  }
  const { gate } = state.waiting;
  const stoodStillMs = nowMs - Math.max(state.pausedAtMs, gate.openedAtMs);
  const deadlineAtMs = state.waiting.gate.deadlineAtMs + stoodStillMs;
  const remindAtMs = gate.remindAtMs === null ? null : gate.remindAtMs + stoodStillMs;
  return changed(
    state,
    { pausedAtMs: null, waiting: { kind: 'gate', gate: { ...gate, deadlineAtMs, remindAtMs } } },
    [resumed],
  );
}

function ended(
  state: SessionState,
  status: NonNullable<SessionState['ending']>['status'],
  reason: string | null,
): Transition {
  return changed(state, { ending: { status, reason }, waiting: { kind: 'nothing' }, pausedAtMs: null }, [
    { type: 'session.ended' },
  ]);
}
