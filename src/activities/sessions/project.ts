import { ApplicationFailure, log } from '@temporalio/activity';
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { ProjectSessionInput } from '../../contracts/sessions/workflow.js';
import { event } from '../../contracts/event-data.js';
import { failureTypes } from '../../contracts/errors.js';
import { workflowIdOf } from '../../contracts/names.js';
import type { DeciderSignatures } from '../../crypto/decider-signatures.js';
import { auditCommand, auditDecision } from '../../db/sessions/audit.js';
import { cancelOpenGates, decideGate, markGateExpired, moveGateDeadline } from '../../db/sessions/gates.js';
import { projectRun } from '../../db/runs/events.js';
import { lockRunStatus } from '../../db/runs/runs.js';
import { closeRunningSteps } from '../../db/sessions/steps.js';
import { findProjected, storeSessionState } from '../../db/sessions/sessions.js';
import { isRefusedForGood } from '../../db/base/refusal.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { progressUnder } from '../../domain/sessions/progress-under.js';
import { shownProgress } from '../../domain/sessions/progress-view.js';
import { isOutdated, namesOf, projectedAfter, unprojectedEvents } from '../../domain/sessions/projected.js';
import { signedPartOf, withKnownDeciders } from '../../domain/sessions/vouched.js';
import type { SessionEvent } from '../../domain/sessions/transitions.js';
import { closeLeftBehind, openStateGate } from './left-behind.js';
import { retryLater } from '../runs/retry-later.js';
import { errorOf, sessionEvents } from './session-events.js';

export interface ProjectSessionDeps {
  readonly pool: Pool;
  readonly deciders: DeciderSignatures;
}

/**
 * Projects what the phase machine did without a step: gates, pauses, redos, the end.
 *
 * T1. The change, its events, the gate rows, the audit entries and the state are one transaction under the run's lock.
 * T2. An outdated projection is left out, and no event is projected twice: see domain/sessions/projected.ts.
 * T3. The gate rows are those of the state. Another one that waits there would refuse every later gate, for ever.
 * T4. A statement that PostgreSQL refuses for good is not retried: the run is flagged, and the session goes on.
 * T5. A decider's name counts when the API signed it. Everything else came from Temporal.
 * T6. The workflow of an ended run fails: it was reset, or closed while it could not answer.
 */
export async function projectSession(
  { pool, deciders }: ProjectSessionDeps,
  given: ProjectSessionInput,
): Promise<void> {
  const workflowId = workflowIdOf('cot-session', given.sessionId);
  const events = withKnownDeciders(given.events, ({ kind, gate, by }) =>
    deciders.isSigned(
      { workflowId, commandId: by.commandId ?? '', kind, gate, by: signedPartOf(by) },
      by.signature,
    ),
  );
  const input = { ...given, events };
  try {
    await withTransaction(pool, (tx) => project(tx, input));
  } catch (error) {
    if (!isRefusedForGood(error)) throw retryLater(error);
    log.error('the state of a session was refused', { sessionId: input.sessionId, error });
    await flag(pool, input);
  }
}

async function project(tx: Tx, input: ProjectSessionInput): Promise<void> {
  const { sessionId, state, progress, atMs } = input;
  // Sent together, answered in order: the second one sees what was committed while the first one waited.
  const [, projected] = await Promise.all([lockRunStatus(tx, sessionId), findProjected(tx, sessionId)]);
  if (isOutdated(projected, input)) return;
  const events = unprojectedEvents(projected, input, input.events);
  const { kind } = await projectRun(tx, {
    runId: sessionId,
    dedupKey: dedupKeyOf(input),
    authoritative: true,
    status: progress.status,
    progress: { ...progress },
    error: errorOf(input),
    events: await sessionEvents(tx, input, events),
  });
  if (kind === 'finished' || kind === 'gone') return refuseUnlessEnding(input);
  await storeSessionState(tx, sessionId, { state, projected: projectedAfter(projected, input, events) });
  if (kind === 'repeated') return;
  const follows = projected !== null && projected.runId !== input.runId;
  await closeLeftBehind(tx, input, follows);
  for (const each of events) await storeRecord(tx, input, each);
  if (follows) await openStateGate(tx, input);
  if (state.waiting.kind === 'gate' && events.some((each) => each.type === 'session.resumed')) {
    await moveGateDeadline(tx, state.waiting.gate);
  }
  if (state.ending !== null) await cancelOpenGates(tx, sessionId, atMs);
}

/** The key holds the content: a repeated task with other events writes them, one with the same does not. */
function dedupKeyOf({ runId, sequence, state, events }: ProjectSessionInput): string {
  const content = [state.version, ...namesOf(events)].join('\n');
  return `${runId}:${sequence}:${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
}

function refuseUnlessEnding({ state }: ProjectSessionInput): void {
  if (state.ending === null)
    throw ApplicationFailure.nonRetryable('the run has ended', failureTypes.runEnded);
}

async function flag(pool: Pool, input: ProjectSessionInput): Promise<void> {
  const message =
    'The state of the session could not be written. An administrator finds the cause in the log.';
  const flagged = progressUnder(input.progress, 'needs_attention');
  await withTransaction(pool, (tx) =>
    projectRun(tx, {
      runId: input.sessionId,
      dedupKey: `${dedupKeyOf(input)}:refused`,
      status: 'needs_attention',
      error: { code: 'projection_refused', message },
      events: [event('progress', { progress: shownProgress({ ...flagged, reason: message }) })],
    }),
  );
}

async function storeRecord(tx: Tx, input: ProjectSessionInput, given: SessionEvent): Promise<void> {
  const { sessionId, atMs } = input;
  switch (given.type) {
    case 'gate.opened':
      return openStateGate(tx, input, given.gate);
    case 'gate.decided':
      await decideGate(tx, given.gate, { decision: given.decision, atMs });
      return auditDecision(tx, sessionId, given);
    case 'session.commanded':
      return auditCommand(tx, sessionId, given);
    case 'gate.expired':
      return markGateExpired(tx, given.gate.id, atMs);
    case 'step.failed':
      return closeRunningSteps(tx, sessionId, { status: 'failed', error: given.problem });
    case 'session.redone':
    case 'session.ended':
      return closeRunningSteps(tx, sessionId, { status: 'canceled', error: null });
    case 'gate.reminded':
    case 'session.started':
    case 'session.paused':
    case 'session.resumed':
      return;
  }
}
