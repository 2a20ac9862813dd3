import type { Pool } from 'pg';
import type { BodyOf, ParamsOf, QueryOf } from '../../contracts/route.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import type { Db } from '../../db/base/sql.js';
import type { SessionCommand } from '../../domain/sessions/commands.js';
import { sessionCommandRoutes } from '../../contracts/sessions/command-routes.js';
import { implement, reply, type CommandCall, type Reply, type Route } from '../http/route.js';
import {
  commandSession,
  currentProgress,
  finishedRefusal,
  type SessionCommandClient,
} from '../../operations/sessions/command-session.js';
import { deciderOf } from '../../operations/sessions/decider.js';
import { approvalOf, continuationOf, redoOf, stepRunOf } from '../../operations/sessions/prepare-command.js';
import { reviveSession } from '../../operations/sessions/revive-session.js';
import type { RunControl } from '../../platform/temporal/run-control.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';
import { previewRedo, requirePhase } from '../../operations/sessions/rerun.js';
import { ownedSession } from '../../operations/sessions/owned-session.js';

export interface SessionCommandDeps extends SessionCommandClient {
  readonly pool: Pool;
  readonly starter: RunStarter;
  readonly runControl: RunControl;
}

type CommandRecord = Exclude<
  (typeof sessionCommandRoutes)[keyof typeof sessionCommandRoutes],
  typeof sessionCommandRoutes.reviveSession
>;
type Given<R extends CommandRecord> = CommandCall<ParamsOf<R>, QueryOf<R>, BodyOf<R>>;
/** Gives the command, or the answer when there is nothing to command. */
type Prepare<R extends CommandRecord> = (
  call: Given<R>,
  session: OwnedSession,
  db: Db,
) => Promise<SessionCommand | Reply>;

const records = sessionCommandRoutes;
type StateRecord = typeof records.pauseSession | typeof records.resumeSession | typeof records.cancelSession;

/** Commands of a person to a running session. Each answers once the workflow accepted or refused it. */
export function createSessionCommandRoutes(deps: SessionCommandDeps): Route[] {
  const command = <R extends CommandRecord>(record: R, prepare: Prepare<R>): Route =>
    implement<CommandRecord>(record, async (call, db) => {
      const session = await ownedSession(db, call.params.id, call.principal);
      const prepared = await prepare(call as Given<R>, session, db);
      if ('status' in prepared) return prepared;
      const asked = { session, command: prepared, commandId: call.commandId, viewer: call.principal };
      return reply(200, await commandSession(deps, db, asked));
    });
  return [
    command(records.proceedNextPhase, proceed),
    command(records.processStep, processStep),
    command(records.continueSession, goOn(deps)),
    command(records.redoSession, redo(deps)),
    command<StateRecord>(records.pauseSession, changeOf('pause')),
    command<StateRecord>(records.resumeSession, changeOf('resume')),
    command<StateRecord>(records.cancelSession, changeOf('cancel')),
    reviveRoute(deps),
  ];
}

function reviveRoute({ history, starter, runControl }: SessionCommandDeps): Route {
  return implement(records.reviveSession, async ({ params: { id }, body, principal, origin }, tx) => {
    const reason = body.reason ?? null;
    starter.startAfterCommit(tx, await reviveSession(tx, runControl, { id, principal, origin, reason }));
    return reply(202, await currentProgress({ history }, tx, { viewer: principal, id }));
  });
}

const proceed: Prepare<typeof records.proceedNextPhase> = (call, session, db) =>
  approvalOf(db, session, call);

const processStep: Prepare<typeof records.processStep> = (call, session, db) => stepRunOf(db, session, call);

const goOn =
  ({ pool }: SessionCommandDeps): Prepare<typeof records.continueSession> =>
  (call, session, db) =>
    continuationOf({ pool, db }, session, call);

const redo =
  (deps: SessionCommandDeps): Prepare<typeof records.redoSession> =>
  async (call, session, db) => {
    const { body, principal } = call;
    requirePhase(session, body.from.phase);
    if (body.dryRun && session.finished)
      throw await finishedRefusal(deps, db, { viewer: principal, id: session.id });
    if (body.dryRun) return reply(200, await previewRedo(db, session, body));
    return redoOf(db, session, call);
  };

const changeOf =
  (kind: 'pause' | 'resume' | 'cancel'): Prepare<StateRecord> =>
  ({ body, principal, origin }) =>
    Promise.resolve({ kind, by: deciderOf(principal, origin), reason: body.reason ?? null });
