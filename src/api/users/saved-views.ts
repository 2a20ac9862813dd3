import { savedViewRoutes } from '../../contracts/users/saved-view-routes.js';
import { findSavedView, listSavedViews } from '../../db/users/saved-views.js';
import { changeSaved, createSaved, removeSaved } from '../../operations/users/saved.js';
import { savedViews } from '../../operations/users/saved-views.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { Problem } from '../http/problems.js';
import { implement, reply, type Route } from '../http/route.js';

export function createSavedViewRoutes({ pager }: { readonly pager: Pager }): Route[] {
  return [listRoute(pager), createRoute(), getRoute(), changeRoute(), removeRoute()];
}

function listRoute(pager: Pager): Route {
  return implement(savedViewRoutes.listSavedViews, async ({ path, query, principal: { userId } }, db) => {
    const scope = { list: 'saved-views', filters: { page: query.page, viewer: userId } };
    const request = pager.request(scope, query);
    const rows = await listSavedViews(db, { userId, page: query.page }, request);
    const page = pager.page(scope, request, { rows, keyOf: ({ createdAt, id }) => ({ at: createdAt, id }) });
    return pageReply(path, query, page);
  });
}

function createRoute(): Route {
  return implement(savedViewRoutes.createSavedView, async ({ path, body, principal, origin }, tx) => {
    const { id, made } = await createSaved(tx, savedViews, { values: body, principal, origin });
    return reply(201, made, { Location: `${path}/${id}` });
  });
}

function getRoute(): Route {
  return implement(savedViewRoutes.getSavedView, async ({ params: { id }, principal }, db) => {
    const found = await findSavedView(db, principal.userId, id);
    if (found === undefined) throw new Problem('not_found');
    return reply(200, found);
  });
}

function changeRoute(): Route {
  return implement(
    savedViewRoutes.changeSavedView,
    async ({ params: { id }, body: change, principal, origin }, tx) =>
      reply(200, await changeSaved(tx, savedViews, { id, change, principal, origin })),
  );
}

function removeRoute(): Route {
  return implement(savedViewRoutes.removeSavedView, async ({ params: { id }, principal, origin }, tx) => {
    await removeSaved(tx, savedViews, { id, principal, origin });
    return reply(204);
  });
}
