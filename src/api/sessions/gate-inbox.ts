import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import { Problem } from '../../contracts/problems.js';
import {
  gateListQuery,
  inboxGateSchema,
  inboxPageSchema,
  type InboxGate,
} from '../../contracts/sessions/gate-inbox.js';
import { findInboxGate, listGates, type InboxRow } from '../../db/sessions/reads-gates.js';
import { pageReply } from '../http/pagination.js';
import { readRoute, reply, type AnyRoute } from '../http/route.js';
import { sessionLinks, type SessionLinks } from './links.js';
import { viewerKey, type SessionReadDeps } from './reads.js';

const PATH = '/api/v1/gates';
const SESSIONS = '/api/v1/cot-sessions';

/** What waits for a decision, over all sessions that the caller may see. */
export function createGateInboxRoutes(deps: SessionReadDeps): AnyRoute[] {
  return [listRoute(deps), gateRoute(deps)];
}

function listRoute({ pager, links }: SessionReadDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listGates',
    summary: 'Gates over all sessions, newest first; those that wait unless another status is asked for',
    tag: 'gates',
    access: 'user',
    query: gateListQuery,
    responses: { 200: { description: 'One page', body: inboxPageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query, principal }, db) {
      const { status, template, phase } = query;
      const filters = { status, template, phase };
      const scope = { list: 'gates', filters: { ...filters, viewer: viewerKey(principal) } };
      const request = pager.request(scope, query);
      const items = (await listGates(db, principal, filters, request)).map((row) => toInbox(row, links));
      const page = pager.page(scope, request, items, ({ openedAt, id }) => ({ at: openedAt, id }));
      return pageReply(PATH, query, page);
    },
  });
}

function gateRoute({ links }: SessionReadDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/:id`,
    operationId: 'getGate',
    summary: 'One gate: what it asks, and how it was decided',
    tag: 'gates',
    access: 'user',
    params: z.object({ id: idSchema('gate') }),
    responses: { 200: { description: 'The gate', body: inboxGateSchema } },
    problems: ['not_found'],
    async handle({ params: { id }, principal }, db) {
      const row = await findInboxGate(db, principal, id);
      if (row === undefined) throw new Problem('not_found');
      return reply(200, toInbox(row, links));
    },
  });
}

function toInbox({ templateName, templateVersion, ...gate }: InboxRow, links: SessionLinks): InboxGate {
  return {
    ...gate,
    template: { name: templateName, version: templateVersion },
    links: sessionLinks(links, SESSIONS, gate.sessionId) as InboxGate['links'],
  };
}
