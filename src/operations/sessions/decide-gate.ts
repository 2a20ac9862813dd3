import type { DecideBody, SessionProgressView } from '../../contracts/sessions/session.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import { problemsOfEdit } from '../../db/sessions/gate-edits.js';
import type { WaitingGate } from '../../db/sessions/gates.js';
import { keepGiven } from '../../db/sessions/given-content.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import type { Decider, SessionCommand } from '../../domain/sessions/commands.js';
import { commandSession, currentProgress, type SessionCommandClient } from './command-session.js';
import { deciderOf } from './decider.js';
import { requireFit } from './fits-schema.js';
import { ownedSession } from './owned-session.js';

export interface DecisionAsked {
  readonly body: DecideBody;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly commandId: string;
}

/** Refuses a digest that is no longer the gate's: a decision is about exactly these bytes. */
export async function decideGate(
  client: SessionCommandClient,
  db: Db,
  { gate, body, principal, origin, commandId }: DecisionAsked & { readonly gate: WaitingGate },
): Promise<SessionProgressView | null> {
  const session = await ownedSession(db, gate.sessionId, principal);
  if (!session.finished && gate.outputDigest !== body.outputDigest) {
    const current = await currentProgress(client, db, { viewer: principal, id: session.id });
    throw new Refusal('stale_approval', { facts: { current, gate } });
  }
  const command = await commandOf(db, { session, gate, by: deciderOf(principal, origin) }, body);
  return commandSession(client, db, { session, command, commandId, viewer: principal });
}

interface DecidedGate {
  readonly session: OwnedSession;
  readonly gate: WaitingGate;
  readonly by: Decider;
}

async function commandOf(db: Db, at: DecidedGate, body: DecideBody): Promise<SessionCommand> {
  const { session, by } = at;
  const { id, phase, attempt } = at.gate;
  const digest = body.outputDigest;
  const comment = body.comment ?? null;
  const decided = { by, gate: { id, attempt, digest }, digest, comment };
  switch (body.decision) {
    case 'approve':
      return { ...decided, kind: 'approve', notes: await keepGiven(db, session.id, body.notes) };
    case 'reject':
      return { ...decided, kind: 'reject' };
    case 'redo': {
      const instructions = await keepGiven(db, session.id, body.instructions);
      const from = { phase, step: 'THINK' } as const;
      return { ...decided, kind: 'redo', from, instructions, input: null, model: null };
    }
    case 'edit': {
      const output = await keepGiven(db, session.id, await checkedEdits(db, { ...session, phase }, body));
      if (output === null) throw missingEdits();
      return { ...decided, kind: 'edit', output, notes: await keepGiven(db, session.id, body.notes) };
    }
  }
}

async function checkedEdits(
  db: Db,
  edited: Parameters<typeof problemsOfEdit>[1],
  { edits }: DecideBody,
): Promise<string | Record<string, unknown>> {
  if (edits === undefined) throw missingEdits();
  requireFit(await problemsOfEdit(db, edited, edits), {
    member: 'edits',
    detail: 'The edit does not fit the output schema of this phase.',
  });
  return edits;
}

function missingEdits(): Refusal {
  return new Refusal('validation_error', {
    errors: [{ path: 'edits', message: 'is needed for the decision edit' }],
  });
}
