import { Problem } from '../http/problems.js';
import { readingRoutes } from '../../contracts/sessions/reading-routes.js';
import type { Viewer } from '../../db/runs/runs.js';
import type { Db } from '../../db/base/sql.js';
import { hasContent, reserveGate, storeSeen } from '../../db/sessions/reading.js';
import { findSessionRow, type SessionRow } from '../../db/sessions/reads.js';
import { findInboxGate } from '../../db/sessions/reads-gates.js';
import { readTexts } from '../../db/sessions/texts.js';
import { implement, reply, type Route } from '../http/route.js';
import { toInbox } from './gate-inbox.js';
import type { SessionReadDeps } from './read-deps.js';
import { textDiff } from './text-diff.js';

/** A page that is open says so again within this time. */
const RESERVED_MS = 120_000;

/** Who reads what: shown to others and kept for oneself. Nothing here decides anything. */
export function createReadingRoutes(deps: SessionReadDeps): Route[] {
  return [reserveRoute(deps), seenRoute(), changesRoute()];
}

/** No conflict at a gate that was decided a moment ago: its status says so, and nobody has to mend anything. */
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
      const row = await requirePhase(db, principal, { id, n });
      if (!(await hasContent(db, id, since))) throw notAnOutput();
      const outputDigest = row.state.phases[n - 1]?.output?.sha256 ?? null;
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
  viewer: Viewer,
  { id, n }: { id: string; n: number },
): Promise<SessionRow> {
  const row = await findSessionRow(db, viewer, id);
  if (row === undefined || n > row.state.plan.phases.length) throw new Problem('not_found');
  return row;
}

function notAnOutput(): Problem {
  return new Problem('not_found', { detail: 'The session has no content of this digest.' });
}
