import { event, isFinalEvent, type EventData, type RunEvent } from '../../contracts/event-data.js';
import { failureTypes } from '../../contracts/errors.js';
import type { RunError } from '../../contracts/runs/run.js';
import type { ProjectSessionInput } from '../../contracts/sessions/workflow.js';
import { lastTryOf } from '../../db/sessions/tries.js';
import type { Tx } from '../../db/base/transaction.js';
import { shownProgress, timeOf } from '../../domain/sessions/progress-view.js';
import type { OpenGate } from '../../domain/sessions/state.js';
import type { SessionEvent } from '../../domain/sessions/transitions.js';
import { sessionEnd } from '../runs/final-events.js';

/** The run's events of a transition, in their order. The end of a session is its last event: progress comes before it. */
export async function sessionEvents(
  tx: Tx,
  input: ProjectSessionInput,
  given: readonly SessionEvent[],
): Promise<RunEvent[]> {
  const published = await Promise.all(given.map((each) => eventsOf(tx, each, input)));
  const events = [...published.flat(), event('progress', { progress: shownProgress(input.progress) })];
  const ends = events.filter(({ type }) => isFinalEvent(type));
  return [...events.filter(({ type }) => !isFinalEvent(type)), ...ends];
}

async function eventsOf(tx: Tx, given: SessionEvent, input: ProjectSessionInput): Promise<RunEvent[]> {
  switch (given.type) {
    case 'session.commanded':
      return [];
    case 'session.started':
      return [event('session.started', { title: input.progress.phaseTitle })];
    case 'gate.opened':
    case 'gate.reminded':
    case 'gate.expired':
      return [event(given.type, shownGate(given.gate))];
    case 'gate.decided':
      return [decidedEvent(given)];
    case 'step.failed': {
      const { stepId, attempt, problem } = given;
      const failure = { ...problem, stepId, attempt, try: await lastTryOf(tx, stepId) };
      const failed = event('step.failed', failure);
      return problem.code === failureTypes.budgetExhausted
        ? [event('budget.exhausted', failure), failed]
        : [failed];
    }
    case 'session.redone':
      return [event('session.redone', { from: given.from, attempt: given.attempt, by: given.by.userId })];
    case 'session.paused':
    case 'session.resumed':
      return [event(given.type, { reason: given.reason })];
    case 'session.ended': {
      const { status, reason } = input.progress;
      return [sessionEnd({ status, reason, errorCode: errorOf(input)?.code ?? null })];
    }
  }
}

function decidedEvent({ gate, decision }: Extract<SessionEvent, { type: 'gate.decided' }>): RunEvent {
  const { id, phase, attempt, digest } = gate;
  const { by, comment } = decision;
  return event('gate.decided', {
    gateId: id,
    phase,
    attempt,
    digest,
    decision: decision.decision,
    by: by.userId,
    via: by.via,
    comment,
  });
}

function shownGate(gate: OpenGate): EventData['gate.opened'] {
  const { openedAtMs, deadlineAtMs, remindAtMs, ...shown } = gate;
  return {
    ...shown,
    gateId: gate.id,
    openedAt: new Date(openedAtMs).toISOString(),
    deadlineAt: timeOf(deadlineAtMs),
    remindAt: timeOf(remindAtMs),
  };
}

export function errorOf(input: ProjectSessionInput): RunError | null {
  const { waiting, ending } = input.state;
  if (waiting.kind === 'attention') return { code: waiting.problem.code, message: waiting.problem.message };
  return ending?.status === 'failed'
    ? { code: 'session_failed', message: ending.reason ?? 'the session failed' }
    : null;
}
