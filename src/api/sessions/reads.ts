import { Problem } from '../http/problems.js';
import type { Viewer } from '../../db/runs/runs.js';
import { findSessionRow, listForks, listSessions, type SessionRow } from '../../db/sessions/reads.js';
import { readTexts } from '../../db/sessions/texts.js';
import { listGatesOf } from '../../db/sessions/reads-gates.js';
import { readSessionProgress, toProgressView } from '../../db/sessions/reads-progress.js';
import type { Db } from '../../db/base/sql.js';
import { pageReply } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { sessionRoutes } from '../../contracts/sessions/routes.js';
import { sessionsBaseOf } from './links.js';
import { hashesOf, toDetail, toSummary, type SessionParts } from './view.js';
import { createSessionLedgerRoutes } from './ledger.js';
import type { SessionReadDeps } from './read-deps.js';
import { sessionMetricsRoute } from './metrics.js';

/**
 * Everything that can be read of sessions. No route here asks a worker or Temporal, and the number of its statements
 * does not depend on the rows. `metrics` stands before `:id`, which would take its place.
 */
export function createSessionReadRoutes(deps: SessionReadDeps): Route[] {
  return [
    listRoute(deps),
    sessionMetricsRoute(),
    detailRoute(deps),
    progressRoute(deps),
    ...createSessionLedgerRoutes(deps),
  ];
}

function listRoute(deps: SessionReadDeps): Route {
  return implement(sessionRoutes.listSessions, async ({ path, query, principal }, db) => {
    const { status: statuses, template, tag, ownerId, q, createdFrom, createdTo } = query;
    const filters = { statuses, template, tag, ownerId, q, createdFrom, createdTo };
    const scope = { list: 'sessions', filters: { ...filters, viewer: viewerKey(principal) } };
    const request = deps.pager.request(scope, query);
    const rows = await listSessions(db, { viewer: principal, filters, page: request });
    const items = rows.map((row) => toSummary(row, { links: deps.links, base: sessionsBaseOf(path) }));
    const page = deps.pager.page(scope, request, {
      rows: items,
      keyOf: ({ createdAt, id }) => ({ at: createdAt, id }),
    });
    return pageReply(path, { ...query, status: statuses?.join(',') }, page);
  });
}

/** The rows of a list depend on the caller, and so does a cursor. */
export function viewerKey(viewer: Viewer): string {
  return viewer.role === 'ADMIN' ? 'ADMIN' : viewer.userId;
}

function detailRoute(deps: SessionReadDeps): Route {
  return implement(sessionRoutes.getSession, async ({ path, params: { id }, principal }, db) => {
    const parts = await readSessionParts(deps, db, { viewer: principal, id });
    const ETag = weakTag(parts.row, `.${parts.forks.length}${seenTag(parts.row)}`);
    return reply(200, toDetail(parts, { links: deps.links, base: sessionsBaseOf(path) }), { ETag });
  });
}

/** Four statements, whatever the session holds, and a fifth when the estimate's medians are not fresh. */
async function readSessionParts(
  { history }: SessionReadDeps,
  db: Db,
  { viewer, id }: { readonly viewer: Viewer; readonly id: string },
): Promise<SessionParts> {
  const row = await findSessionRow(db, viewer, id);
  if (row === undefined) throw new Problem('not_found');
  const gates = await listGatesOf(db, id);
  const forks = await listForks(db, viewer, id);
  const texts = await readTexts(db, hashesOf(row));
  return { row, estimate: await history.estimate(db, row), gates, forks, texts };
}

function progressRoute({ history }: SessionReadDeps): Route {
  return implement(sessionRoutes.getSessionProgress, async ({ params: { id }, principal }, db) => {
    const row = await readSessionProgress(db, principal, id);
    if (row === undefined) throw new Problem('not_found');
    return reply(200, toProgressView(row, await history.estimate(db, row)), { ETag: weakTag(row) });
  });
}

/** Weak: the times of an unchanged session go on, and nobody has to load it anew for those. */
function weakTag({ rowVersion }: { readonly rowVersion: number }, more = ''): string {
  return `W/"${rowVersion}${more}"`;
}

/** The read includes this person's last seen state. */
function seenTag({ seen }: Pick<SessionRow, 'seen'>): string {
  const entries = Object.entries(seen ?? {});
  return entries.map(([phase, digest]) => `.${phase}-${digest.slice(0, 8)}`).join('');
}
