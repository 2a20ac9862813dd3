import type { Principal } from '../../contracts/users/principal.js';
import { type DecideBody } from '../../contracts/sessions/session.js';
import { Problem } from '../http/problems.js';
import { expectedProblemOf } from '../http/problem-document.js';
import { problemsOfEdit } from '../../db/sessions/gate-edits.js';
import { keepGiven } from '../../db/sessions/given-content.js';
import { findRunGate } from '../../db/notifications/run-gates.js';
import { findGate, listWaitingGates, type WaitingGate } from '../../db/sessions/gates.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import type { Db } from '../../db/base/sql.js';
import type { Decider, SessionCommand } from '../../domain/sessions/commands.js';
import { inBoundedTime } from '../http/in-bounded-time.js';
import { implement, reply, type Route, type Reply } from '../http/route.js';
import { sessionRoutes } from '../../contracts/sessions/routes.js';
import { decideRunGate } from '../../operations/notifications/decide-run-gate.js';
import { sendSessionCommand } from '../../operations/sessions/send-command.js';
import {
  commandSession,
  currentProgress,
  type SessionCommandClient,
} from '../../operations/sessions/command-session.js';
import { deciderOf } from '../../operations/sessions/decider.js';
import { ownedSession } from '../../operations/sessions/owned-session.js';

export type GateRouteDeps = SessionCommandClient;

/** Deciding at gates, one or many. */
export function createGateRoutes(deps: GateRouteDeps): Route[] {
  return [decideRoute(deps), bulkRoute(deps)];
}

function decideRoute(deps: GateRouteDeps): Route {
  return implement(sessionRoutes.decideGate, async ({ params, body, principal, origin, commandId }, db) => {
    const gate = await findGate(db, params.id, principal);
    if (gate === undefined) {
      return decideAtJob(deps, db, { id: params.id, body, principal, commandId });
    }
    const session = await ownedSession(db, gate.sessionId, principal);
    if (!session.finished && gate.outputDigest !== body.outputDigest) {
      const current = await currentProgress(deps, db, { viewer: principal, id: session.id });
      throw new Problem('stale_approval', { extra: { current, gate } });
    }
    const command = await commandOf(db, { session, gate, by: deciderOf(principal, origin) }, body);
    return reply(200, await commandSession(deps, db, { session, command, commandId, viewer: principal }));
  });
}

interface AskedAtJob {
  readonly id: string;
  readonly body: DecideBody;
  readonly principal: Principal;
  readonly commandId: string;
}

/** A notification run that waits takes two of the decisions. */
async function decideAtJob(deps: GateRouteDeps, db: Db, asked: AskedAtJob): Promise<Reply> {
  const { id, body, principal, commandId } = asked;
  const gate = await findRunGate(db, id, principal);
  if (gate === undefined) throw new Problem('not_found');
  const { decision, outputDigest, comment = null } = body;
  if (decision !== 'approve' && decision !== 'reject') {
    const errors = [{ path: 'decision', message: 'a notification run takes approve or reject' }];
    throw new Problem('validation_error', { errors });
  }
  if (gate.outputDigest !== outputDigest) throw new Problem('stale_approval', { extra: { gate } });
  if (gate.status !== 'waiting') throw new Problem('not_waiting');
  const via = principal.via === 'console' ? 'console' : 'api';
  const decided = { gateId: id, decision, userId: principal.userId, via, comment } as const;
  const stillWaits = async (): Promise<boolean> =>
    (await findRunGate(db, id, principal))?.status === 'waiting';
  await decideRunGate(deps, gate, { decision: decided, commandId, stillWaits });
  return reply(200, { gateId: id, jobId: gate.runId, decision });
}

async function commandOf(
  db: Db,
  at: { readonly session: OwnedSession; readonly gate: WaitingGate; readonly by: Decider },
  body: DecideBody,
): Promise<SessionCommand> {
  const { session, by } = at;
  const { id, phase, attempt } = at.gate;
  const digest = body.outputDigest;
  const gate = { id, attempt, digest };
  const comment = body.comment ?? null;
  switch (body.decision) {
    case 'approve':
      return {
        kind: 'approve',
        by,
        gate,
        digest,
        comment,
        notes: await keepGiven(db, session.id, body.notes),
      };
    case 'reject':
      return { kind: 'reject', by, gate, digest, comment };
    case 'redo': {
      const instructions = await keepGiven(db, session.id, body.instructions);
      const from = { phase, step: 'THINK' } as const;
      return { kind: 'redo', by, gate, from, digest, comment, instructions, input: null, model: null };
    }
    case 'edit': {
      const output = await keepGiven(db, session.id, await checkedEdits(db, { session, phase, body }));
      if (output === null) throw missingEdits();
      return {
        kind: 'edit',
        by,
        gate,
        digest,
        comment,
        output,
        notes: await keepGiven(db, session.id, body.notes),
      };
    }
  }
}

async function checkedEdits(
  db: Db,
  {
    session,
    phase,
    body,
  }: { readonly session: OwnedSession; readonly phase: number; readonly body: DecideBody },
): Promise<string | Record<string, unknown>> {
  if (body.edits === undefined) throw missingEdits();
  const problems = await problemsOfEdit(db, { ...session, phase }, body.edits);
  if (problems.length === 0) return body.edits;
  const errors = problems.map(({ path, message }) => ({
    path: `edits${path === '(root)' ? '' : `.${path}`}`,
    message,
  }));
  throw new Problem('validation_error', {
    detail: 'The edit does not fit the output schema of this phase.',
    errors,
  });
}

function missingEdits(): Problem {
  return new Problem('validation_error', {
    errors: [{ path: 'edits', message: 'is needed for the decision edit' }],
  });
}

function bulkRoute(deps: GateRouteDeps): Route {
  return implement(sessionRoutes.bulkApproveGates, async ({ body, principal, origin, commandId }, db) => {
    if (body.dryRun) {
      const gates = await listWaitingGates(db, principal, { phase: body.phase, template: body.template });
      return reply(200, { dryRun: true, gates });
    }
    if (body.gates === undefined) {
      const errors = [{ path: 'gates', message: 'name the gates and digests that the preview showed' }];
      throw new Problem('validation_error', { errors });
    }
    const by = deciderOf(principal, origin);
    const comment = body.comment ?? null;
    const results = await inBoundedTime(
      body.gates,
      ({ gateId, outputDigest }) =>
        approveOne(deps, db, { viewer: principal, gateId, outputDigest, by, comment, commandId }),
      ({ gateId }): Approved => ({ gateId, status: 'refused', code: 'workflow_unavailable' }),
    );
    return reply(200, { dryRun: false, results });
  });
}

interface Approved {
  readonly gateId: string;
  readonly status: 'approved' | 'refused';
  readonly code?: string;
}

interface Approval {
  viewer: Principal;
  gateId: string;
  outputDigest: string;
  by: Decider;
  comment: string | null;
  commandId: string;
}

/** A gate that cannot be approved does not stop the others: its problem is named in its place. */
async function approveOne(deps: GateRouteDeps, db: Db, approval: Approval): Promise<Approved> {
  const { viewer, gateId, outputDigest, by, comment, commandId } = approval;
  const gate: WaitingGate | undefined = await findGate(db, gateId, viewer);
  if (gate === undefined) return { gateId, status: 'refused', code: 'not_found' };
  const seen = { id: gateId, attempt: gate.attempt, digest: outputDigest };
  const command: SessionCommand = {
    kind: 'approve',
    by,
    gate: seen,
    digest: outputDigest,
    comment,
    notes: null,
  };
  try {
    const { sessionId } = gate;
    // It stands at a gate, so it has begun.
    const sent = { sessionId, command, commandId: `${commandId}:${gateId}`, record: 'begun' } as const;
    await sendSessionCommand(deps, sent);
    return { gateId, status: 'approved' };
  } catch (error) {
    const problem = expectedProblemOf(error);
    if (problem === undefined) throw error;
    return { gateId, status: 'refused', code: problem.code };
  }
}
