import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import { Problem } from '../../contracts/problems.js';
import { progressSchema } from '../../contracts/sessions/session.js';
import { sessionDetailSchema, sessionListQuery, sessionPageSchema } from '../../contracts/sessions/views.js';
import type { Viewer } from '../../db/runs/runs.js';
import { findSessionRow, listForks, listSessions, readTexts } from '../../db/sessions/reads.js';
import { listGatesOf } from '../../db/sessions/reads-gates.js';
import { readSessionProgress, toProgressView } from '../../db/sessions/reads-progress.js';
import type { Db } from '../../db/base/sql.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { readRoute, reply, type AnyRoute } from '../http/route.js';
import type { SessionLinks } from './links.js';
import { hashesOf, toDetail, toSummary, type SessionParts } from './view.js';
import { createSessionLedgerRoutes } from './ledger.js';
import { sessionMetricsRoute } from './metrics.js';
import { operationId } from './sessions.js';

export interface SessionReadDeps {
  readonly pager: Pager;
  readonly links: SessionLinks;
}

const sessionParams = z.object({ id: idSchema('session') });
const TAG = 'sessions';

/**
 * Everything that can be read of sessions. No route here asks a worker or Temporal, and the number of its statements does
 * not depend on what it finds. `metrics` stands before `:id`, which would take its place.
 */
export function createSessionReadRoutes(deps: SessionReadDeps, base: string): AnyRoute[] {
  return [
    listRoute(deps, base),
    sessionMetricsRoute(base),
    detailRoute(deps, base),
    progressRoute(base),
    ...createSessionLedgerRoutes(deps, base),
  ];
}

function listRoute(deps: SessionReadDeps, base: string): AnyRoute {
  return readRoute({
    method: 'GET',
    path: base,
    operationId: operationId('listSessions', base),
    summary: 'Sessions, newest first',
    tag: TAG,
    access: 'user',
    query: sessionListQuery,
    responses: { 200: { description: 'One page', body: sessionPageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query, principal }, db) {
      const { status: statuses, template, tag, q, createdFrom, createdTo } = query;
      const filters = { statuses, template, tag, q, createdFrom, createdTo };
      const scope = { list: 'sessions', filters: { ...filters, viewer: viewerKey(principal) } };
      const request = deps.pager.request(scope, query);
      const rows = await listSessions(db, principal, filters, request);
      const items = rows.map((row) => toSummary(row, { links: deps.links, base }));
      const page = deps.pager.page(scope, request, items, ({ createdAt, id }) => ({ at: createdAt, id }));
      return pageReply(base, { ...query, status: statuses?.join(',') }, page);
    },
  });
}

/** What rows a list may have depends on who asks, so a cursor is theirs. */
export function viewerKey(viewer: Viewer): string {
  return viewer.role === 'ADMIN' ? 'ADMIN' : viewer.userId;
}

function detailRoute(deps: SessionReadDeps, base: string): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${base}/:id`,
    operationId: operationId('getSession', base),
    summary: 'Everything about one session',
    tag: TAG,
    access: 'user',
    params: sessionParams,
    responses: { 200: { description: 'The session', body: sessionDetailSchema } },
    problems: ['not_found'],
    async handle({ params: { id }, principal }, db) {
      const parts = await readSessionParts(db, principal, id);
      const ETag = weakTag(parts.row, parts.forks.length);
      return reply(200, toDetail(parts, { links: deps.links, base }), { ETag });
    },
  });
}

/** Four statements, whatever the session holds. */
async function readSessionParts(db: Db, viewer: Viewer, id: string): Promise<SessionParts> {
  const row = await findSessionRow(db, viewer, id);
  if (row === undefined) throw new Problem('not_found');
  const gates = await listGatesOf(db, id);
  const forks = await listForks(db, viewer, id);
  const texts = await readTexts(db, hashesOf(row));
  return { row, gates, forks, texts };
}

function progressRoute(base: string): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${base}/:id/progress`,
    operationId: operationId('getSessionProgress', base),
    summary: 'Where a session stands, what it waits for, and how long it may still take',
    tag: TAG,
    access: 'user',
    params: sessionParams,
    responses: { 200: { description: 'The progress', body: progressSchema } },
    problems: ['not_found'],
    async handle({ params: { id }, principal }, db) {
      const row = await readSessionProgress(db, principal, id);
      if (row === undefined) throw new Problem('not_found');
      return reply(200, toProgressView(row), { ETag: weakTag(row) });
    },
  });
}

/** Weak: the times of an unchanged session go on, and nobody has to load it anew for those. */
function weakTag({ rowVersion }: { readonly rowVersion: number }, forks = 0): string {
  return `W/"${rowVersion}.${forks}"`;
}
