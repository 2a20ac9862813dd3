import { activityInfo } from '@temporalio/activity';
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { event } from '../../contracts/event-data.js';
import {
  vouchedRunGate,
  type OpenRunGate,
  type OpenRunGateInput,
  type RunGateActivities,
  type SettleRunGateInput,
} from '../../contracts/notifications/gate.js';
import type { DeciderSignatures } from '../../crypto/decider-signatures.js';
import { recordAudit } from '../../db/audit/log.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { insertRunGate, settleRunGate } from '../../db/notifications/run-gates.js';
import { storeBlob } from '../../db/runs/blobs.js';
import { projectRun } from '../../db/runs/events.js';
import { findUser } from '../../db/users/users.js';
import { sortableId, timeOfSortableId } from '../../domain/sortable-id.js';

const titles = { canary: 'The first offices', errors: 'Many messages fail' } as const;

export interface RunGateDeps {
  readonly pool: Pool;
  readonly deciders: DeciderSignatures;
}

/**
 * G1. The id of a gate follows from its run and its place: opened twice it is one gate.
 * G2. The gate, its subject and the waiting status commit together; so do a decision and its audit entry.
 */
export function createRunGateActivities({ pool, deciders }: RunGateDeps): RunGateActivities {
  return {
    openRunGate: (input) => withTransaction(pool, (tx) => open(tx, input)),
    settleRunGate: ({ runId, decision }) => {
      const decided = vouchedRunGate(activityInfo().workflowExecution?.workflowId ?? '', decision);
      const vouched = deciders.isSigned(decided, decision.signature);
      const userId = vouched ? decision.userId : null;
      return withTransaction(pool, (tx) => settle(tx, { runId, decision, userId }));
    },
  };
}

async function open(tx: Tx, input: OpenRunGateInput): Promise<OpenRunGate> {
  const { runId, kind, place, summary, progress } = input;
  const hash = createHash('sha256').update(`${runId}\n${place}`).digest('hex').slice(0, 20);
  const id = sortableId('gate', timeOfSortableId(runId), hash);
  const { sha256 } = await storeBlob(tx, runId, { content: summary, contentType: 'text/markdown' });
  await insertRunGate(tx, { id, runId, title: titles[kind], digest: sha256 });
  await projectRun(tx, {
    runId,
    dedupKey: `gate:${place}:opened`,
    status: 'waiting_approval',
    progress: { ...progress, phase: 'waiting', gate_id: id },
    events: [event('job.progress', { ...progress, phase: 'waiting', attention: summary })],
  });
  return { gateId: id, digest: sha256 };
}

/** `userId`: null when it came from Temporal. */
async function settle(
  tx: Tx,
  { runId, decision, userId }: SettleRunGateInput & { readonly userId: string | null },
): Promise<void> {
  const { gateId, comment } = decision;
  const via = userId === null ? 'signal' : decision.via;
  const status = decision.decision === 'approve' ? 'approved' : 'rejected';
  if ((await settleRunGate(tx, { id: gateId, status, userId, via, comment })) === 0) return;
  const user = userId === null ? undefined : await findUser(tx, userId);
  await recordAudit(tx, {
    actor:
      userId === null || user === undefined
        ? { system: via === 'signal' ? 'signal' : 'notifications' }
        : {
            userId,
            name: user.name,
            email: user.email,
            role: user.role,
            via: via === 'console' ? 'console' : 'api_key',
          },
    action: status,
    resourceType: 'gate',
    resourceId: gateId,
    ...(comment === null ? {} : { reason: comment }),
    before: { status: 'waiting' },
    after: { status, jobId: runId },
  });
  await projectRun(tx, {
    runId,
    dedupKey: `${gateId}:decided`,
    status: 'running',
    events: [event('job.progress', { phase: 'notify', attention: null })],
  });
}
