import { Refusal } from '../../contracts/refusal.js';
import type { DecideBody } from '../../contracts/sessions/session.js';
import type { Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import { findRunGate } from '../../db/notifications/run-gates.js';
import { sendGateDecision, type GateDecisionDeps } from './send-gate-decision.js';

export interface RunGateDecided {
  readonly gateId: string;
  readonly jobId: string;
  readonly decision: 'approve' | 'reject';
}

export interface RunGateAsked {
  readonly id: string;
  readonly body: DecideBody;
  readonly principal: Principal;
  readonly commandId: string;
}

/** A notification run that waits takes two of the decisions. */
export async function decideRunGate(
  deps: GateDecisionDeps,
  db: Db,
  { id, body, principal, commandId }: RunGateAsked,
): Promise<RunGateDecided> {
  const gate = await findRunGate(db, id, principal);
  if (gate === undefined) throw new Refusal('not_found');
  const { decision, outputDigest, comment = null } = body;
  if (decision !== 'approve' && decision !== 'reject') {
    const errors = [{ path: 'decision', message: 'a notification run takes approve or reject' }];
    throw new Refusal('validation_error', { errors });
  }
  if (gate.outputDigest !== outputDigest) throw new Refusal('stale_approval', { facts: { gate } });
  if (gate.status !== 'waiting') throw new Refusal('not_waiting');
  const via = principal.via === 'console' ? 'console' : 'api';
  const decided = { gateId: id, decision, userId: principal.userId, via, comment } as const;
  const stillWaits = async (): Promise<boolean> =>
    (await findRunGate(db, id, principal))?.status === 'waiting';
  await sendGateDecision(deps, gate, { decision: decided, commandId, stillWaits });
  return { gateId: id, jobId: gate.runId, decision };
}
