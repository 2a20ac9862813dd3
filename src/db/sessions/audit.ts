import type { Origin, Role } from '../../contracts/users/principal.js';
import { omit } from '../../domain/omit.js';
import type { Decider } from '../../domain/sessions/commands.js';
import { decidedStatus } from '../../domain/sessions/gate-status.js';
import type { AuditedSession } from '../../domain/sessions/audited.js';
import type { SessionEvent } from '../../domain/sessions/transitions.js';
import { recordAudit, type AuditActor } from '../audit/log.js';
import { maybeOne, sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

const commanded = {
  redo: 'redone',
  run_due_step: 'step_triggered',
  go_on: 'continued',
  skip_step: 'step_skipped',
  finish_early: 'finished_early',
  pause: 'paused',
  resume: 'resumed',
  cancel: 'canceled',
} as const;

/** The entry of a gate's decision, in the transaction that makes it visible. */
export async function auditDecision(
  tx: Tx,
  sessionId: string,
  decided: Extract<SessionEvent, { type: 'gate.decided' }>,
): Promise<void> {
  const { decision, by, comment, notes, output } = decided.decision;
  const { phase, attempt, digest } = decided.gate;
  const status = decidedStatus[decision];
  await recordAudit(tx, {
    actor: await actorOf(tx, by),
    action: status,
    resourceType: 'gate',
    resourceId: decided.gate.id,
    // Only an open gate is decided: the machine refuses everything else.
    before: { status: 'waiting' },
    after: {
      status,
      session: sessionId,
      phase,
      attempt,
      digest,
      via: by.via,
      comment,
      editedDigest: output?.sha256,
      notesDigest: notes?.sha256,
    },
    ...originOf(by),
  });
}

/** The entry of any other command that the session took. A gate's entries belong to the gate. */
export async function auditCommand(
  tx: Tx,
  sessionId: string,
  command: Extract<SessionEvent, { type: 'session.commanded' }>,
): Promise<void> {
  if (command.kind === 'approve' || command.kind === 'edit' || command.kind === 'reject') return;
  const { before, after } = command;
  await recordAudit(tx, {
    actor: await actorOf(tx, command.by),
    action: commanded[command.kind],
    resourceType: 'session',
    resourceId: sessionId,
    before: withoutSamePhase(before, after),
    after: { ...after, via: command.by.via },
    ...(command.reason === null ? {} : { reason: command.reason }),
    ...originOf(command.by),
  });
}

/** An entry leaves out what both sides have in common, except the phase: it says where it happened. */
function withoutSamePhase(before: AuditedSession, after: AuditedSession): Partial<AuditedSession> {
  return before.phase === after.phase ? omit(before, 'phase') : before;
}

/** Signals and the clock have no user: the log names the way it came instead. */
async function actorOf(tx: Tx, by: Decider): Promise<AuditActor> {
  if (by.userId === null) return { system: by.via };
  const user = await maybeOne<{ email: string; name: string; role: Role }>(
    tx,
    sql`select email, name, role from users where id = ${by.userId}`,
  );
  if (user === undefined) return { system: by.userId };
  return { userId: by.userId, ...user, via: by.via === 'console' ? 'console' : 'api_key' };
}

function originOf({ requestId, ip = null, userAgent = null }: Decider): { origin?: Origin } {
  return requestId === undefined ? {} : { origin: { requestId, ip, userAgent } };
}
