import { templateListQuery, templatePageSchema, templateVersionQuery, templateViewSchema } from './views.js';
import { checkedTemplate } from './check.js';
import { z } from 'zod';
import { templateName } from './template.js';
import { readRoute, writeRoute } from '../route.js';

const params = z.object({ name: templateName });

export const templateRoutes = {
  listTemplates: readRoute({
    method: 'GET',
    path: '/api/v1/templates',
    operationId: 'listTemplates',
    summary: 'Templates with their newest version',
    tag: 'templates',
    access: 'user',
    query: templateListQuery,
    responses: { 200: { description: 'One page', body: templatePageSchema } },
    problems: ['invalid_cursor'],
  }),
  getTemplate: readRoute({
    method: 'GET',
    path: '/api/v1/templates/:name',
    operationId: 'getTemplate',
    summary: 'One template: the newest version, or the one asked for, and which others there are',
    tag: 'templates',
    access: 'user',
    params,
    query: templateVersionQuery,
    responses: { 200: { description: 'The template', body: templateViewSchema } },
    problems: ['not_found'],
  }),
  publishTemplate: writeRoute({
    method: 'POST',
    path: '/api/v1/templates',
    operationId: 'publishTemplate',
    summary: 'A new template, or a new version of one; sessions keep the version that they started with',
    tag: 'templates',
    access: 'admin',
    body: checkedTemplate,
    responses: {
      200: { description: 'The newest version is like this already', body: templateViewSchema },
      201: {
        description: 'The new version',
        body: templateViewSchema,
        headers: { Location: 'Its address.' },
      },
    },
  }),
  deleteTemplate: writeRoute({
    method: 'DELETE',
    path: '/api/v1/templates/:name',
    operationId: 'deleteTemplate',
    summary: 'Hide a template: no new session can start with it, those that run go on',
    tag: 'templates',
    access: 'admin',
    params,
    responses: { 204: { description: 'Hidden' } },
    problems: ['not_found'],
  }),
};
