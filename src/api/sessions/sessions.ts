import type { StartableRun } from '../../contracts/runs/startable-run.js';
import { sessionRoutes } from '../../contracts/sessions/routes.js';
import type { Tx } from '../../db/base/transaction.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';
import { forkSession } from '../../operations/sessions/fork-session.js';
import { ownedSession } from '../../operations/sessions/owned-session.js';
import { previewRerun } from '../../operations/sessions/rerun.js';
import { startSession, type SessionDefaults } from '../../operations/sessions/start-session.js';
import { implement, reply, type Reply, type Route } from '../http/route.js';
import { acceptedSession, sessionsBaseOf, type SessionLinks } from './links.js';

export interface SessionRouteDeps {
  readonly defaults: SessionDefaults;
  readonly links: SessionLinks;
  readonly starter: RunStarter;
}

/** Creating sessions: anew, and from what another one has. */
export function createSessionRoutes(deps: SessionRouteDeps): Route[] {
  return [createRoute(deps), forkRoute(deps)];
}

function createRoute(deps: SessionRouteDeps): Route {
  return implement(sessionRoutes.createSession, async ({ path, body, principal, origin }, tx) => {
    const run = await startSession(tx, { body, principal, origin, defaults: deps.defaults });
    return accept(deps, tx, { run, path });
  });
}

function forkRoute(deps: SessionRouteDeps): Route {
  return implement(sessionRoutes.forkSession, async ({ path, params, body, principal, origin }, tx) => {
    const session = await ownedSession(tx, params.id, principal);
    if (body.dryRun) return reply(200, await previewRerun(tx, session, body));
    const { publicUrl } = deps.defaults;
    const run = await forkSession(tx, { session, body, principal, origin, publicUrl });
    return accept(deps, tx, { run, path });
  });
}

function accept(
  deps: SessionRouteDeps,
  tx: Tx,
  { run, path }: { readonly run: StartableRun; readonly path: string },
): Reply {
  deps.starter.startAfterCommit(tx, run);
  return acceptedSession(deps.links, sessionsBaseOf(path), run.id);
}
