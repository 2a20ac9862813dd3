import { sqlHistoryRoutes } from '../../contracts/sql/history-routes.js';
import { findSavedQuery, listSavedQueries } from '../../db/sql/saved-queries.js';
import { savedQueries } from '../../operations/sql/saved-queries.js';
import { changeSaved, createSaved, removeSaved } from '../../operations/users/saved.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { Problem } from '../http/problems.js';
import { implement, reply, type Route } from '../http/route.js';

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
    const { id, made } = await createSaved(tx, savedQueries, { values: body, principal, origin });
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
    async ({ params: { id }, body: change, principal, origin }, tx) =>
      reply(200, await changeSaved(tx, savedQueries, { id, change, principal, origin })),
  );
}

function removeRoute(): Route {
  return implement(sqlHistoryRoutes.removeSavedQuery, async ({ params: { id }, principal, origin }, tx) => {
    await removeSaved(tx, savedQueries, { id, principal, origin });
    return reply(204);
  });
}
