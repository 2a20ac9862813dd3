import type { Pool } from 'pg';
import type { ProjectSessionInput } from '../../contracts/sessions/workflow.js';
import type { RunError, RunEvent } from '../../contracts/runs/run.js';
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
import type { EventName } from '../../domain/runs/event-names.js';
import { shownProgress, timeOf } from '../../domain/sessions/progress-view.js';
import type { OpenGate } from '../../domain/sessions/state.js';
import type { SessionNews } from '../../domain/sessions/transitions.js';

/**
 * Tells readers what the phase machine did without a step: gates, pauses, redos, the end.
 * The change, its events, the gate records and the state are one transaction; its key makes a second run a no-op.
 */
export async function projectSession(pool: Pool, input: ProjectSessionInput): Promise<void> {
  const { sessionId, state, progress, news, atMs } = input;
  await withTransaction(pool, async (tx) => {
    const told = await Promise.all(news.map((each) => eventsOf(tx, each, input)));
    const events = [
      ...told.flat(),
      { type: 'progress' as const, data: { progress: shownProgress(progress) } },
    ];
    const { kind } = await projectRun(tx, {
      runId: sessionId,
      dedupKey: input.dedupKey,
      status: progress.status,
      progress: { ...progress },
      error: errorOf(input),
      // The last event of a session is its end, so progress is told before it.
      events: [...events.filter((event) => !isEnd(event)), ...events.filter(isEnd)],
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
    case 'gate.reminded': {
      const { id, phase, deadlineAtMs } = news.gate;
      const reminder = { gateId: id, phase, deadlineAt: timeOf(deadlineAtMs) };
      return [{ type: 'progress', data: { reminder, progress: shownProgress(input.progress) } }];
    }
    case 'session.started':
      return [{ type: 'session.started', data: { title: input.progress.phaseTitle } }];
    case 'gate.opened':
    case 'gate.expired':
      return [{ type: news.type, data: shownGate(news.gate) }];
    case 'gate.decided': {
      const { decision, by, comment } = news.decision;
      return [
        {
          type: 'gate.decided',
          data: {
            gateId: news.gate.id,
            phase: news.gate.phase,
            attempt: news.gate.attempt,
            digest: news.gate.digest,
            decision,
            by: by.userId,
            via: by.via,
            comment,
          },
        },
      ];
    }
    case 'step.failed': {
      const { stepId, attempt, problem } = news;
      const data = { ...problem, stepId, attempt, try: await lastTryOf(tx, stepId) };
      const exhausted = problem.code === failureTypes.budgetExhausted;
      const spent: RunEvent[] = exhausted ? [{ type: 'budget.exhausted', data }] : [];
      return [...spent, { type: 'step.failed', data }];
    }
    case 'session.redone':
      return [
        {
          type: 'progress',
          data: {
            redo: news.from,
            attempt: news.attempt,
            by: news.by.userId,
            progress: shownProgress(input.progress),
          },
        },
      ];
    case 'session.paused':
    case 'session.resumed':
      return [{ type: news.type, data: { reason: news.reason } }];
    case 'session.ended':
      return [
        { type: endEvent(input), data: { status: input.progress.status, reason: input.progress.reason } },
      ];
  }
}

function shownGate(gate: OpenGate): Record<string, unknown> {
  const { openedAtMs, deadlineAtMs, remindAtMs, ...shown } = gate;
  return {
    ...shown,
    gateId: gate.id,
    openedAt: timeOf(openedAtMs),
    deadlineAt: timeOf(deadlineAtMs),
    remindAt: timeOf(remindAtMs),
  };
}

/** A person's rejection ends a session like a cancel: nothing failed. The status in the event tells them apart. */
function endEvent(input: ProjectSessionInput): EventName {
  const { status } = input.progress;
  if (status === 'completed') return 'session.completed';
  return status === 'failed' ? 'session.failed' : 'session.canceled';
}

function isEnd(event: RunEvent): boolean {
  return ['session.completed', 'session.failed', 'session.canceled'].includes(event.type);
}

function errorOf(input: ProjectSessionInput): RunError | null {
  const { waiting, ending } = input.state;
  if (waiting.kind === 'attention') return { code: waiting.problem.code, message: waiting.problem.message };
  return ending?.status === 'failed'
    ? { code: 'session_failed', message: ending.reason ?? 'the session failed' }
    : null;
}
