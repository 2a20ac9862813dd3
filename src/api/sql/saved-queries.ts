import { newId } from '../../contracts/ids.js';
import { Problem } from '../http/problems.js';
import type { SavedQuery } from '../../contracts/sql/saved-query.js';
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
import { implement, reply, type Route } from '../http/route.js';
import { sqlHistoryRoutes } from '../../contracts/sql/history-routes.js';

const PATH = sqlHistoryRoutes.listSavedQueries.path;

export function createSavedQueryRoutes({ pager }: { readonly pager: Pager }): Route[] {
  return [listRoute(pager), createRoute(), getRoute(), changeRoute(), removeRoute()];
}

function listRoute(pager: Pager): Route {
  return implement(sqlHistoryRoutes.listSavedQueries, async ({ query, principal: { userId } }, db) => {
    const scope = { list: 'saved-queries', filters: { dataSource: query.data_source, viewer: userId } };
    const request = pager.request(scope, query);
    const rows = await listSavedQueries(db, { userId, dataSource: query.data_source, page: request });
    return pageReply(
      PATH,
      query,
      pager.page(scope, request, { rows, keyOf: (row) => ({ at: row.created_at, id: row.id }) }),
    );
  });
}

function createRoute(): Route {
  return implement(sqlHistoryRoutes.createSavedQuery, async ({ body, principal, origin }, tx) => {
    const id = newId('savedQuery');
    const made = await insertSavedQuery(tx, { ...body, id, ownerId: principal.userId });
    if (made === undefined) throw taken();
    await audit(tx, { principal, origin, id }, { action: 'created', after: stateOf(made) });
    return reply(201, made, { Location: `${PATH}/${id}` });
  });
}

function getRoute(): Route {
  return implement(sqlHistoryRoutes.getSavedQuery, async ({ params: { id }, principal }, db) => {
    const found = await findSavedQuery(db, principal.userId, id);
    if (found === undefined) throw new Problem('not_found');
    return reply(200, found);
  });
}

function changeRoute(): Route {
  return implement(
    sqlHistoryRoutes.changeSavedQuery,
    async ({ params: { id }, body, principal, origin }, tx) => {
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
  );
}

function removeRoute(): Route {
  return implement(sqlHistoryRoutes.removeSavedQuery, async ({ params: { id }, principal, origin }, tx) => {
    const before = await ownQuery(tx, principal, id);
    await deleteSavedQuery(tx, id);
    await audit(tx, { principal, origin, id }, { action: 'deleted', before: stateOf(before) });
    return reply(204);
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
