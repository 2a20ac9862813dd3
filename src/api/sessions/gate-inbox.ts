import { runKinds } from '../../contracts/run-kinds.js';
import { Problem } from '../http/problems.js';
import type { InboxGate } from '../../contracts/sessions/gate-inbox.js';
import { findInboxGate, listGates, type InboxRow } from '../../db/sessions/reads-gates.js';
import { visibleText } from '../../domain/visible-text.js';
import { pageReply } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { gateRoutes } from '../../contracts/sessions/gate-routes.js';
import { sessionLinks, type SessionLinks } from './links.js';
import type { SessionReadDeps } from './read-deps.js';
import { viewerKey } from './reads.js';

const SESSIONS = runKinds['cot-session'].routeBase;

/** Open gates, over all sessions that the caller may see. */
export function createGateInboxRoutes(deps: SessionReadDeps): Route[] {
  return [listRoute(deps), gateRoute(deps)];
}

function listRoute({ pager, links }: SessionReadDeps): Route {
  return implement(gateRoutes.listGates, async ({ path, query, principal }, db) => {
    const { status, template, phase } = query;
    const filters = { status, template, phase };
    const scope = { list: 'gates', filters: { ...filters, viewer: viewerKey(principal) } };
    const request = pager.request(scope, query);
    const items = (await listGates(db, { viewer: principal, filters, page: request })).map((row) =>
      toInbox(row, links),
    );
    const page = pager.page(scope, request, {
      rows: items,
      keyOf: ({ openedAt, id }) => ({ at: openedAt, id }),
    });
    return pageReply(path, query, page);
  });
}

function gateRoute({ links }: SessionReadDeps): Route {
  return implement(gateRoutes.getGate, async ({ params: { id }, principal }, db) => {
    const row = await findInboxGate(db, principal, id);
    if (row === undefined) throw new Problem('not_found');
    return reply(200, toInbox(row, links));
  });
}

/** A gate as the inbox shows it. */
export function toInbox({ templateName, templateVersion, ...row }: InboxRow, links: SessionLinks): InboxGate {
  const gate = { ...row, topic: visibleText(row.topic) };
  if (templateName === null || templateVersion === null) return jobGate(gate);
  return {
    ...gate,
    jobId: null,
    template: { name: templateName, version: templateVersion },
    links: sessionLinks(links, SESSIONS, gate.sessionId) as InboxGate['links'],
  };
}

/** A notification run that waits: it has no template, and its progress is that of the job. */
function jobGate(gate: Omit<InboxRow, 'templateName' | 'templateVersion'>): InboxGate {
  const self = `/jobs/${gate.sessionId}`;
  const links = { self, progress: self, events: `${self}/events`, temporal: null };
  return { ...gate, jobId: gate.sessionId, template: { name: 'deadline-run', version: 1 }, links };
}
