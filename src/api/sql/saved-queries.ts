import { z } from 'zod';
import { idSchema, newId } from '../../contracts/ids.js';
import { Problem } from '../../contracts/problems.js';
import {
  newSavedQuerySchema,
  savedQueryChange,
  savedQueryListQuery,
  savedQueryPage,
  savedQuerySchema,
  type SavedQuery,
} from '../../contracts/sql/saved-query.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit, type AuditEntry } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import {
  deleteSavedQuery,
  findSavedQuery,
  insertSavedQuery,
  listSavedQueries,
  lockSavedQuery,
  updateSavedQuery,
} from '../../db/sql/saved-queries.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';

const PATH = '/api/v1/sql/saved-queries';
const params = z.object({ id: idSchema('savedQuery') });

export function createSavedQueryRoutes({ pager }: { readonly pager: Pager }): AnyRoute[] {
  return [listRoute(pager), createRoute(), getRoute(), changeRoute(), removeRoute()];
}

function listRoute(pager: Pager): AnyRoute {
  return readRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listSavedQueries',
    summary: 'Your saved queries and those that others share, newest first',
    tag: 'SQL',
    access: 'user',
    query: savedQueryListQuery,
    responses: { 200: { description: 'One page', body: savedQueryPage } },
    problems: ['invalid_cursor'],
    async handle({ query, principal: { userId } }, db) {
      const scope = { list: 'saved-queries', filters: { dataSource: query.data_source, viewer: userId } };
      const request = pager.request(scope, query);
      const rows = await listSavedQueries(db, userId, query.data_source, request);
      return pageReply(
        PATH,
        query,
        pager.page(scope, request, rows, (row) => ({ at: row.created_at, id: row.id })),
      );
    },
  });
}

function createRoute(): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: PATH,
    operationId: 'createSavedQuery',
    summary: 'Save a query under a name',
    tag: 'SQL',
    access: 'user',
    body: newSavedQuerySchema,
    responses: {
      201: { description: 'The query', body: savedQuerySchema, headers: { Location: 'Its address.' } },
    },
    problems: ['already_exists'],
    async handle({ body, principal, origin }, tx) {
      const id = newId('savedQuery');
      const made = await insertSavedQuery(tx, { ...body, id, ownerId: principal.userId });
      if (made === undefined) throw taken();
      await audit(tx, { principal, origin, id }, { action: 'created', after: stateOf(made) });
      return reply(201, made, { Location: `${PATH}/${id}` });
    },
  });
}

function getRoute(): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/:id`,
    operationId: 'getSavedQuery',
    summary: 'A saved query of yours, or a shared one',
    tag: 'SQL',
    access: 'user',
    params,
    responses: { 200: { description: 'The query', body: savedQuerySchema } },
    problems: ['not_found'],
    async handle({ params: { id }, principal }, db) {
      const found = await findSavedQuery(db, principal.userId, id);
      if (found === undefined) throw new Problem('not_found');
      return reply(200, found);
    },
  });
}

function changeRoute(): AnyRoute {
  return writeRoute({
    method: 'PATCH',
    path: `${PATH}/:id`,
    operationId: 'changeSavedQuery',
    summary: 'Change a saved query of yours',
    tag: 'SQL',
    access: 'user',
    params,
    body: savedQueryChange,
    responses: { 200: { description: 'The query as it is now', body: savedQuerySchema } },
    problems: ['not_found', 'already_exists'],
    async handle({ params: { id }, body, principal, origin }, tx) {
      const before = await ownQuery(tx, principal, id);
      const after = await updateSavedQuery(tx, id, body);
      if (after === undefined) throw taken();
      await audit(
        tx,
        { principal, origin, id },
        { action: 'updated', before: stateOf(before), after: stateOf(after) },
      );
      return reply(200, after);
    },
  });
}

function removeRoute(): AnyRoute {
  return writeRoute({
    method: 'DELETE',
    path: `${PATH}/:id`,
    operationId: 'removeSavedQuery',
    summary: 'Remove a saved query of yours',
    tag: 'SQL',
    access: 'user',
    params,
    responses: { 204: { description: 'Removed' } },
    problems: ['not_found'],
    async handle({ params: { id }, principal, origin }, tx) {
      const before = await ownQuery(tx, principal, id);
      await deleteSavedQuery(tx, id);
      await audit(tx, { principal, origin, id }, { action: 'deleted', before: stateOf(before) });
      return reply(204);
    },
  });
}

async function ownQuery(tx: Tx, { userId }: Principal, id: string): Promise<SavedQuery> {
  const found = await lockSavedQuery(tx, userId, id);
  if (found === undefined) throw new Problem('not_found');
  return found;
}

function taken(): Problem {
  return new Problem('already_exists', { detail: 'You have a saved query of that name.' });
}

function stateOf({ name, sql, data_source, shared }: SavedQuery): Record<string, unknown> {
  return { name, sql, dataSource: data_source, shared };
}

async function audit(
  tx: Tx,
  { principal, origin, id }: { principal: Principal; origin: Origin; id: string },
  entry: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Promise<void> {
  await recordAudit(tx, { actor: principal, origin, resourceType: 'setting', resourceId: id, ...entry });
}
