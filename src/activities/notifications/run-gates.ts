import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { event } from '../../contracts/event-data.js';
import type {
  OpenRunGate,
  OpenRunGateInput,
  RunGateActivities,
  SettleRunGateInput,
} from '../../contracts/notifications/gate.js';
import { recordAudit } from '../../db/audit/log.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { insertRunGate, settleRunGate } from '../../db/notifications/run-gates.js';
import { storeBlob } from '../../db/runs/blobs.js';
import { projectRun } from '../../db/runs/events.js';
import { findUser } from '../../db/users/users.js';
import { sortableId, timeOfSortableId } from '../../domain/sortable-id.js';

const titles = { canary: 'The first offices', errors: 'Many messages fail' } as const;

/**
 * G1. The id of a gate follows from its run and its place: opened twice it is one gate.
 * G2. The gate, what is decided on, and that the run waits commit as one; so do a decision and its audit entry.
 */
export function createRunGateActivities({ pool }: { readonly pool: Pool }): RunGateActivities {
  return {
    openRunGate: (input) => withTransaction(pool, (tx) => open(tx, input)),
    settleRunGate: (input) => withTransaction(pool, (tx) => settle(tx, input)),
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

async function settle(tx: Tx, { runId, decision }: SettleRunGateInput): Promise<void> {
  const { gateId, userId, via, comment } = decision;
  const status = decision.decision === 'approve' ? 'approved' : 'rejected';
  if ((await settleRunGate(tx, { id: gateId, status, userId, via, comment })) === 0) return;
  const user = await findUser(tx, userId);
  await recordAudit(tx, {
    actor:
      user === undefined
        ? { system: 'notifications' }
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
