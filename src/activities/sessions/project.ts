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
import { findTold, storeSessionState } from '../../db/sessions/sessions.js';
import { isRefusedForGood } from '../../db/base/refusal.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { pictureUnder } from '../../domain/sessions/picture.js';
import { shownProgress } from '../../domain/sessions/progress-view.js';
import { isOutdated, namesOf, toldAfter, untoldNews } from '../../domain/sessions/told.js';
import { signedPartOf, withKnownDeciders } from '../../domain/sessions/vouched.js';
import type { SessionNews } from '../../domain/sessions/transitions.js';
import { closeLeftBehind, openStateGate } from './left-behind.js';
import { retryLater } from '../runs/retry-later.js';
import { errorOf, sessionEvents } from './session-events.js';

export interface ProjectSessionDeps {
  readonly pool: Pool;
  readonly deciders: DeciderSignatures;
}

/**
 * Tells readers what the phase machine did without a step: gates, pauses, redos, the end.
 *
 * T1. The change, its events, the gate records, the audit entries and the state are one transaction under the run's lock.
 * T2. What is outdated is not told, and nothing is told twice: see domain/sessions/told.ts.
 * T3. The record has the gates of the state. Another one that waits there would refuse every later gate, for ever.
 * T4. What PostgreSQL refuses for good is not tried again: the run is flagged with the reason, and the session goes on.
 * T5. Who decided is believed when the API signed it. Everything else came from Temporal.
 * T6. A workflow whose run has ended is told so, and ends: it was reset, or closed while it could not answer.
 */
export async function projectSession(
  { pool, deciders }: ProjectSessionDeps,
  given: ProjectSessionInput,
): Promise<void> {
  const workflowId = workflowIdOf('cot-session', given.sessionId);
  const news = withKnownDeciders(given.news, ({ kind, gate, by }) =>
    deciders.isSigned(
      { workflowId, commandId: by.commandId ?? '', kind, gate, by: signedPartOf(by) },
      by.signature,
    ),
  );
  const input = { ...given, news };
  try {
    await withTransaction(pool, (tx) => tell(tx, input));
  } catch (error) {
    if (!isRefusedForGood(error)) throw retryLater(error);
    log.error('the state of a session was refused', { sessionId: input.sessionId, error });
    await flag(pool, input);
  }
}

async function tell(tx: Tx, input: ProjectSessionInput): Promise<void> {
  const { sessionId, state, progress, atMs } = input;
  // Sent together, answered in order: the second one sees what was committed while the first one waited.
  const [, told] = await Promise.all([lockRunStatus(tx, sessionId), findTold(tx, sessionId)]);
  if (isOutdated(told, input)) return;
  const news = untoldNews(told, input, input.news);
  const { kind } = await projectRun(tx, {
    runId: sessionId,
    dedupKey: dedupKeyOf(input),
    decreed: true,
    status: progress.status,
    progress: { ...progress },
    error: errorOf(input),
    events: await sessionEvents(tx, input, news),
  });
  if (kind === 'finished' || kind === 'gone') return refuseUnlessEnding(input);
  await storeSessionState(tx, sessionId, { state, told: toldAfter(told, input, news) });
  if (kind === 'repeated') return;
  const follows = told !== null && told.runId !== input.runId;
  await closeLeftBehind(tx, input, follows);
  for (const each of news) await keepRecord(tx, input, each);
  if (follows) await openStateGate(tx, input);
  if (state.waiting.kind === 'gate' && news.some((each) => each.type === 'session.resumed')) {
    await moveGateDeadline(tx, state.waiting.gate);
  }
  if (state.ending !== null) await cancelOpenGates(tx, sessionId, atMs);
}

/** By what is told: a repeated task that tells something else writes it, and one that tells the same does not. */
function dedupKeyOf({ runId, sequence, state, news }: ProjectSessionInput): string {
  const content = [state.version, ...namesOf(news)].join('\n');
  return `${runId}:${sequence}:${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
}

function refuseUnlessEnding({ state }: ProjectSessionInput): void {
  if (state.ending === null)
    throw ApplicationFailure.nonRetryable('the run has ended', failureTypes.runEnded);
}

async function flag(pool: Pool, input: ProjectSessionInput): Promise<void> {
  const message =
    'The state of the session could not be written. An administrator finds the cause in the log.';
  const flagged = pictureUnder(input.progress, 'needs_attention');
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

async function keepRecord(tx: Tx, input: ProjectSessionInput, news: SessionNews): Promise<void> {
  const { sessionId, atMs } = input;
  switch (news.type) {
    case 'gate.opened':
      return openStateGate(tx, input, news.gate);
    case 'gate.decided':
      await decideGate(tx, news.gate, news.decision, atMs);
      return auditDecision(tx, sessionId, news);
    case 'session.commanded':
      return auditCommand(tx, sessionId, news);
    case 'gate.expired':
      return markGateExpired(tx, news.gate.id, atMs);
    case 'step.failed':
      return closeRunningSteps(tx, sessionId, 'failed', news.problem);
    case 'session.redone':
    case 'session.ended':
      return closeRunningSteps(tx, sessionId, 'canceled', null);
    case 'gate.reminded':
    case 'session.started':
    case 'session.paused':
    case 'session.resumed':
      return;
  }
}
