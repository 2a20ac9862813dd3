import { event } from '../../contracts/event-data.js';
import type { Origin } from '../../contracts/users/principal.js';
import { recordAudit, type AuditActor } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { projectRun } from '../../db/runs/events.js';
import { requestCancel, type RunRow } from '../../db/runs/runs.js';
import type { RunStarter } from './run-starter.js';

export interface Cancellation {
  /** Open, and locked by this transaction. */
  readonly run: RunRow;
  readonly actor: AuditActor;
  readonly origin?: Origin | undefined;
  /** The name under which the audit log knows the run. */
  readonly resourceType: 'job' | 'sql_session';
}

/** Asks a run to end. Its workflow hears it after the commit, and the entry is in the audit log with it. */
export async function cancelRun(
  tx: Tx,
  starter: Pick<RunStarter, 'cancelAfterCommit'>,
  { run, actor, origin, resourceType }: Cancellation,
): Promise<void> {
  const { id, status, workflowId } = run;
  await requestCancel(tx, id);
  if (status === 'queued') {
    // Nothing of it has run: it ends here and now. Should its workflow begin all the same, it finds the run ended.
    const events = [event('job.canceled', { state: 'CANCELED' })];
    await projectRun(tx, { runId: id, dedupKey: 'canceled-in-queue', status: 'canceled', events });
  }
  await recordAudit(tx, {
    actor,
    origin,
    resourceType,
    resourceId: id,
    action: 'cancel_requested',
    before: { status },
    after: { status: status === 'queued' ? 'canceled' : status, cancelRequested: true },
  });
  starter.cancelAfterCommit(tx, workflowId);
}
