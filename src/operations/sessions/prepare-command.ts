import type { Pool } from 'pg';
import type { BodyOf } from '../../contracts/route.js';
import type { sessionCommandRoutes } from '../../contracts/sessions/command-routes.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import { bindGate } from '../../db/sessions/command-gates.js';
import { keepGiven } from '../../db/sessions/given-content.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import { openGateOf, refusalOf, type SessionCommand } from '../../domain/sessions/commands.js';
import { deciderOf } from './decider.js';
import { requireNewInputFits } from './fits-schema.js';
import { raiseSessionBudget } from './raise-budget.js';

type Body<Name extends keyof typeof sessionCommandRoutes> = BodyOf<(typeof sessionCommandRoutes)[Name]>;

/** A person's command to one of their sessions, as it was asked for. */
export interface CommandAsked<Asked> {
  readonly body: Asked;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly commandId: string;
}

export async function approvalOf(
  db: Db,
  session: OwnedSession,
  { body, principal, origin, commandId }: CommandAsked<Body<'proceedNextPhase'>>,
): Promise<SessionCommand> {
  return {
    kind: 'approve',
    by: deciderOf(principal, origin),
    gate: await bindGate(db, { commandId, sessionId: session.id }, openGateOf(session.state)),
    digest: body.outputDigest ?? null,
    comment: body.comment ?? null,
    notes: await keepGiven(db, session.id, body.notes),
  };
}

export async function stepRunOf(
  db: Db,
  session: OwnedSession,
  { body, principal, origin }: CommandAsked<Body<'processStep'>>,
): Promise<SessionCommand> {
  return {
    kind: 'run_due_step',
    by: deciderOf(principal, origin),
    model: body.model ?? null,
    instructions: await keepGiven(db, session.id, body.instructions),
  };
}

/** A budget in the body is raised before the step starts again. A command that the session refuses raises nothing. */
export async function continuationOf(
  { pool, db }: { readonly pool: Pool; readonly db: Db },
  session: OwnedSession,
  { body, principal, origin }: CommandAsked<Body<'continueSession'>>,
): Promise<SessionCommand> {
  const by = deciderOf(principal, origin);
  if (body.finish === true) return { kind: 'finish_early', by, reason: null };
  if (body.skip !== undefined) return { kind: 'skip_step', by, gap: body.skip.reason };
  const instructions = await keepGiven(db, session.id, body.instructions);
  const command = { kind: 'go_on', by, model: body.model ?? null, instructions } as const;
  if (body.budget !== undefined && refusalOf(session.state, command) === null) {
    await raiseSessionBudget(pool, session, { budget: body.budget, actor: principal, origin });
  }
  return command;
}

export async function redoOf(
  db: Db,
  session: OwnedSession,
  { body, principal, origin }: CommandAsked<Body<'redoSession'>>,
): Promise<SessionCommand> {
  await requireNewInputFits(db, session, body.input);
  return {
    kind: 'redo',
    by: deciderOf(principal, origin),
    from: body.from,
    digest: null,
    comment: null,
    model: body.model ?? null,
    instructions: await keepGiven(db, session.id, body.instructions),
    input: await keepGiven(db, session.id, body.input),
  };
}
