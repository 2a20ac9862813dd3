import type { Pool } from 'pg';
import type { ProjectSessionInput } from '../../contracts/sessions/workflow.js';
import { event, isFinalEvent, type EventData, type RunEvent } from '../../contracts/event-data.js';
import type { RunError } from '../../contracts/runs/run.js';
import { failureTypes } from '../../contracts/errors.js';
import { auditCommand, auditDecision } from '../../db/sessions/audit.js';
import {
  cancelOpenGates,
  decideGate,
  markGateExpired,
  moveGateDeadline,
  openGate,
} from '../../db/sessions/gates.js';
import { projectRun } from '../../db/runs/events.js';
import { closeRunningSteps } from '../../db/sessions/steps.js';
import { lastTryOf } from '../../db/sessions/tries.js';
import { storeSessionState } from '../../db/sessions/sessions.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { shownProgress, timeOf } from '../../domain/sessions/progress-view.js';
import type { OpenGate } from '../../domain/sessions/state.js';
import type { SessionNews } from '../../domain/sessions/transitions.js';
import { sessionEnd } from '../runs/final-events.js';

/**
 * Tells readers what the phase machine did without a step: gates, pauses, redos, the end.
 * The change, its events, the gate records and the state are one transaction; its key makes a second run a no-op.
 */
export async function projectSession(pool: Pool, input: ProjectSessionInput): Promise<void> {
  const { sessionId, state, progress, news, atMs } = input;
  await withTransaction(pool, async (tx) => {
    const told = await Promise.all(news.map((each) => eventsOf(tx, each, input)));
    const events = [...told.flat(), event('progress', { progress: shownProgress(progress) })];
    const { kind } = await projectRun(tx, {
      runId: sessionId,
      dedupKey: input.dedupKey,
      status: progress.status,
      progress: { ...progress },
      error: errorOf(input),
      // The last event of a session is its end, so progress is told before it.
      events: [
        ...events.filter(({ type }) => !isFinalEvent(type)),
        ...events.filter(({ type }) => isFinalEvent(type)),
      ],
    });
    if (kind !== 'applied') return;
    await storeSessionState(tx, sessionId, state);
    for (const each of news) await keepRecord(tx, input, each, atMs);
    if (state.waiting.kind === 'gate' && news.some((each) => each.type === 'session.resumed')) {
      await moveGateDeadline(tx, state.waiting.gate);
    }
  });
}

async function keepRecord(
  tx: Tx,
  input: ProjectSessionInput,
  news: SessionNews,
  atMs: number,
): Promise<void> {
  switch (news.type) {
    case 'gate.opened':
      return openGate(
        tx,
        input.sessionId,
        news.gate,
        input.state.plan.phases[news.gate.phase - 1]?.title ?? '',
      );
    case 'gate.decided':
      await decideGate(tx, news.gate, news.decision, atMs);
      return auditDecision(tx, input.sessionId, news);
    case 'session.commanded':
      return auditCommand(tx, input.sessionId, news);
    case 'gate.expired':
      return markGateExpired(tx, news.gate.id, atMs);
    case 'step.failed':
      return closeRunningSteps(tx, input.sessionId, 'failed', news.problem);
    case 'session.redone':
      return closeRunningSteps(tx, input.sessionId, 'canceled', null);
    case 'session.ended':
      await closeRunningSteps(tx, input.sessionId, 'canceled', null);
      return cancelOpenGates(tx, input.sessionId, atMs);
    case 'gate.reminded':
    case 'session.started':
    case 'session.paused':
    case 'session.resumed':
      return;
  }
}

async function eventsOf(tx: Tx, news: SessionNews, input: ProjectSessionInput): Promise<RunEvent[]> {
  switch (news.type) {
    case 'session.commanded':
      return [];
    case 'session.started':
      return [event('session.started', { title: input.progress.phaseTitle })];
    case 'gate.opened':
    case 'gate.reminded':
    case 'gate.expired':
      return [event(news.type, shownGate(news.gate))];
    case 'gate.decided':
      return [decidedEvent(news)];
    case 'step.failed': {
      const { stepId, attempt, problem } = news;
      const failure = { ...problem, stepId, attempt, try: await lastTryOf(tx, stepId) };
      const failed = event('step.failed', failure);
      return problem.code === failureTypes.budgetExhausted
        ? [event('budget.exhausted', failure), failed]
        : [failed];
    }
    case 'session.redone':
      return [event('session.redone', { from: news.from, attempt: news.attempt, by: news.by.userId })];
    case 'session.paused':
    case 'session.resumed':
      return [event(news.type, { reason: news.reason })];
    case 'session.ended': {
      const { status, reason } = input.progress;
      return [sessionEnd({ status, reason, errorCode: errorOf(input)?.code ?? null })];
    }
  }
}

function decidedEvent({ gate, decision }: Extract<SessionNews, { type: 'gate.decided' }>): RunEvent {
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

function errorOf(input: ProjectSessionInput): RunError | null {
  const { waiting, ending } = input.state;
  if (waiting.kind === 'attention') return { code: waiting.problem.code, message: waiting.problem.message };
  return ending?.status === 'failed'
    ? { code: 'session_failed', message: ending.reason ?? 'the session failed' }
    : null;
}
