import type { Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import { findGate } from '../../db/sessions/gates.js';
import { readProgressVersion } from '../../db/sessions/sessions.js';
import type { Decider, SessionCommand } from '../../domain/sessions/commands.js';
import { inBoundedTime } from '../runs/in-bounded-time.js';
import { sendSessionCommand, type SessionClientDeps } from './send-command.js';

/** A gate and the bytes that the approving person saw. */
export interface SeenGate {
  readonly gateId: string;
  readonly outputDigest: string;
}

export interface Approved {
  readonly gateId: string;
  readonly status: 'approved' | 'refused';
  readonly code?: string;
}

export interface ApprovalAsked {
  readonly db: Db;
  readonly viewer: Principal;
  readonly by: Decider;
  readonly comment: string | null;
  readonly commandId: string;
}

/** A gate that cannot be approved stops no other: its refusal is named in its place. */
export function approveGates(
  client: SessionClientDeps,
  gates: readonly SeenGate[],
  asked: ApprovalAsked,
): Promise<Approved[]> {
  return inBoundedTime(
    gates,
    (gate) => approve(client, gate, asked),
    ({ gateId }, code): Approved => ({ gateId, status: 'refused', code }),
  );
}

async function approve(
  client: SessionClientDeps,
  { gateId, outputDigest: digest }: SeenGate,
  { db, viewer, by, comment, commandId }: ApprovalAsked,
): Promise<Approved> {
  const gate = await findGate(db, gateId, viewer);
  if (gate === undefined) return { gateId, status: 'refused', code: 'not_found' };
  const { sessionId, attempt } = gate;
  const seen = { id: gateId, attempt, digest };
  const command: SessionCommand = { kind: 'approve', by, gate: seen, digest, comment, notes: null };
  await sendSessionCommand(client, {
    sessionId,
    command,
    commandId: `${commandId}:${gateId}`,
    seenVersion: await readProgressVersion(db, sessionId),
    // It stands at a gate, so it has begun.
    record: 'begun',
  });
  return { gateId, status: 'approved' };
}
