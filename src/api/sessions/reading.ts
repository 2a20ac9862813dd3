import { Problem } from '../http/problems.js';
import { readingRoutes } from '../../contracts/sessions/reading-routes.js';
import type { Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import { hasContent, reserveGate, storeSeen } from '../../db/sessions/reading.js';
import { findInboxGate } from '../../db/sessions/reads-gates.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import { readTexts } from '../../db/sessions/texts.js';
import { ownedSession } from '../../operations/sessions/owned-session.js';
import { implement, reply, type Route } from '../http/route.js';
import { toInbox } from './gate-inbox.js';
import type { SessionReadDeps } from './read-deps.js';
import { textDiff } from './text-diff.js';

/** A page that is open says so again within this time. */
const RESERVED_MS = 120_000;

/** Readers of a session: shown to others and kept for themselves. Nothing here decides anything. */
export function createReadingRoutes(deps: SessionReadDeps): Route[] {
  return [reserveRoute(deps), seenRoute(), changesRoute()];
}

/** No conflict at a gate that was decided a moment ago: its status shows it, and nothing needs mending. */
function reserveRoute({ links }: SessionReadDeps): Route {
  return implement(readingRoutes.reserveGate, async ({ params: { id }, principal }, tx) => {
    await reserveGate(tx, principal, { id, forMs: RESERVED_MS });
    const gate = await findInboxGate(tx, principal, id);
    if (gate === undefined) throw new Problem('not_found');
    return reply(200, toInbox(gate, links));
  });
}

function seenRoute(): Route {
  return implement(readingRoutes.seePhase, async ({ params: { id, n }, body, principal }, tx) => {
    await requirePhase(tx, principal, { id, n });
    const seen = await storeSeen(tx, principal, { sessionId: id, phase: n, digest: body.outputDigest });
    if (seen === undefined) throw notAnOutput();
    return reply(200, seen);
  });
}

function changesRoute(): Route {
  return implement(
    readingRoutes.phaseChanges,
    async ({ params: { id, n }, query: { since }, principal }, db) => {
      const { state } = await requirePhase(db, principal, { id, n });
      if (!(await hasContent(db, id, since))) throw notAnOutput();
      const outputDigest = state.phases[n - 1]?.output?.sha256 ?? null;
      const equal = outputDigest === since;
      const texts = equal ? new Map<string, never>() : await readTexts(db, [since, outputDigest]);
      const [before, now] = [texts.get(since), texts.get(outputDigest ?? '')];
      const diff = before === undefined || now === undefined ? null : textDiff(before.text, now.text);
      return reply(200, { phase: n, since, outputDigest, equal, before: before?.text ?? null, diff });
    },
  );
}

async function requirePhase(
  db: Db,
  viewer: Principal,
  { id, n }: { id: string; n: number },
): Promise<OwnedSession> {
  const session = await ownedSession(db, id, viewer);
  if (n > session.state.plan.phases.length) throw new Problem('not_found');
  return session;
}

function notAnOutput(): Problem {
  return new Problem('not_found', { detail: 'The session has no content of this digest.' });
}
