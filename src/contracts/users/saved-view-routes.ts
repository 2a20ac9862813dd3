import { z } from 'zod';
import { idSchema } from '../ids.js';
import { readRoute, writeRoute } from '../route.js';
import {
  newSavedViewSchema,
  savedViewChange,
  savedViewListQuery,
  savedViewPage,
  savedViewSchema,
} from './saved-view.js';

const params = z.object({ id: idSchema('savedView') });

export const savedViewRoutes = {
  listSavedViews: readRoute({
    method: 'GET',
    path: '/api/v1/saved-views',
    operationId: 'listSavedViews',
    summary: 'Your views of lists, and those that are shared, newest first',
    tag: 'saved views',
    access: 'user',
    query: savedViewListQuery,
    responses: { 200: { description: 'One page', body: savedViewPage } },
    problems: ['invalid_cursor'],
  }),
  createSavedView: writeRoute({
    method: 'POST',
    path: '/api/v1/saved-views',
    operationId: 'createSavedView',
    summary: 'Save what a list shows under a name',
    tag: 'saved views',
    access: 'user',
    body: newSavedViewSchema,
    responses: {
      201: { description: 'The view', body: savedViewSchema, headers: { Location: 'Its address.' } },
    },
    problems: ['already_exists'],
  }),
  getSavedView: readRoute({
    method: 'GET',
    path: '/api/v1/saved-views/:id',
    operationId: 'getSavedView',
    summary: 'A view of yours, or a shared one',
    tag: 'saved views',
    access: 'user',
    params,
    responses: { 200: { description: 'The view', body: savedViewSchema } },
    problems: ['not_found'],
  }),
  changeSavedView: writeRoute({
    method: 'PATCH',
    path: '/api/v1/saved-views/:id',
    operationId: 'changeSavedView',
    summary: 'Change a view of yours',
    tag: 'saved views',
    access: 'user',
    params,
    body: savedViewChange,
    responses: { 200: { description: 'The view as it is now', body: savedViewSchema } },
    problems: ['not_found', 'already_exists'],
  }),
  removeSavedView: writeRoute({
    method: 'DELETE',
    path: '/api/v1/saved-views/:id',
    operationId: 'removeSavedView',
    summary: 'Remove a view of yours',
    tag: 'saved views',
    access: 'user',
    params,
    responses: { 204: { description: 'Removed' } },
    problems: ['not_found'],
  }),
};
