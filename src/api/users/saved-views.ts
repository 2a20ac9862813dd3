import { newId } from '../../contracts/ids.js';
import { Problem } from '../http/problems.js';
import type { SavedView } from '../../contracts/users/saved-view.js';
import { savedViewRoutes } from '../../contracts/users/saved-view-routes.js';
import {
  deleteSavedView,
  findSavedView,
  insertSavedView,
  listSavedViews,
  lockSavedView,
  updateSavedView,
} from '../../db/users/saved-views.js';
import type { Tx } from '../../db/base/transaction.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';

/** A view changes nothing but what its owner's lists show, so it has no entry in the audit log. */
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
  return implement(savedViewRoutes.createSavedView, async ({ path, body, principal }, tx) => {
    const id = newId('savedView');
    const made = await insertSavedView(tx, { ...body, id, ownerId: principal.userId });
    if (made === undefined) throw taken();
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
  return implement(savedViewRoutes.changeSavedView, async ({ params: { id }, body, principal }, tx) => {
    await requireOwn(tx, principal.userId, id);
    const changed = await updateSavedView(tx, id, body);
    if (changed === undefined) throw taken();
    return reply(200, changed);
  });
}

function removeRoute(): Route {
  return implement(savedViewRoutes.removeSavedView, async ({ params: { id }, principal }, tx) => {
    await requireOwn(tx, principal.userId, id);
    await deleteSavedView(tx, id);
    return reply(204);
  });
}

async function requireOwn(tx: Tx, userId: string, id: string): Promise<SavedView> {
  const found = await lockSavedView(tx, userId, id);
  if (found === undefined) throw new Problem('not_found');
  return found;
}

function taken(): Problem {
  return new Problem('already_exists', { detail: 'You have a view of that name for this page.' });
}
