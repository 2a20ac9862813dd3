import { gateListQuery, inboxPageSchema, type InboxGate } from '../../contracts/sessions/gate-inbox.js';
import { listGates, type InboxRow } from '../../db/sessions/reads-gates.js';
import { pageReply } from '../http/pagination.js';
import { readRoute, type AnyRoute } from '../http/route.js';
import { sessionLinks, type SessionLinks } from './links.js';
import { viewerKey, type SessionReadDeps } from './reads.js';

const PATH = '/api/v1/gates';
const SESSIONS = '/api/v1/cot-sessions';

/** What waits for a decision, over all sessions that the caller may see. */
export function createGateInboxRoutes({ pager, links }: SessionReadDeps): AnyRoute[] {
  return [
    readRoute({
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
    }),
  ];
}

function toInbox({ templateName, templateVersion, ...gate }: InboxRow, links: SessionLinks): InboxGate {
  return {
    ...gate,
    template: { name: templateName, version: templateVersion },
    links: sessionLinks(links, SESSIONS, gate.sessionId) as InboxGate['links'],
  };
}
