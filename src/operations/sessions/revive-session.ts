import { event } from '../../contracts/event-data.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { projectRun } from '../../db/runs/events.js';
import { carryOn, findStored, type StoredRun } from '../../db/runs/runs.js';
import { findOwnedSession } from '../../db/sessions/sessions.js';
import { progressOf } from '../../domain/sessions/progress.js';
import { shownProgress } from '../../domain/sessions/progress-view.js';
import type { RunControl } from '../../platform/temporal/run-control.js';

export interface Revival {
  readonly id: string;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly reason: string | null;
}

/**
 * A session whose workflow is gone goes on from its stored state, in a new workflow of the same id. Steps that
 * finished after that state was stored are found by their keys, so nothing is paid twice. Gives what is to be started
 * after the commit.
 *
 * A session with a workflow has an owner: two would both pay.
 */
export async function reviveSession(
  tx: Tx,
  control: Pick<RunControl, 'inspect'>,
  { id, principal, origin, reason }: Revival,
): Promise<StoredRun> {
  const session = await findOwnedSession(tx, id, principal);
  const stored = session === undefined ? undefined : await findStored(tx, id);
  if (session === undefined || stored === undefined) throw new Refusal('not_found');
  if (session.finished) throw new Refusal('already_finished');
  await requireLost(control, stored.workflowId);
  const workflowInput = { ...stored.workflowInput, carried: session.state };
  const revival = await carryOn(tx, id, workflowInput);
  const progress = progressOf(session.state);
  await projectRun(tx, {
    runId: id,
    dedupKey: `revived:${revival}`,
    authoritative: true,
    status: progress.status,
    progress: { ...progress },
    error: null,
    events: [event('progress', { progress: shownProgress(progress) })],
  });
  await recordAudit(tx, {
    actor: principal,
    origin,
    action: 'revived',
    resourceType: 'session',
    resourceId: id,
    before: { status: session.status },
    after: { status: progress.status },
    ...(reason === null ? {} : { reason }),
  });
  return { ...stored, workflowInput };
}

async function requireLost(control: Pick<RunControl, 'inspect'>, workflowId: string): Promise<void> {
  const { kind } = await control.inspect(workflowId).catch((cause: unknown) => {
    throw new Refusal('workflow_unavailable', { retryAfterSeconds: 3, cause });
  });
  if (kind === 'not_found') return;
  const detail =
    kind === 'open'
      ? 'Its workflow is there. A session is revived only when Temporal no longer knows it.'
      : 'Its workflow has ended, and the session ends with it within seconds.';
  throw new Refusal('conflict', { detail });
}
