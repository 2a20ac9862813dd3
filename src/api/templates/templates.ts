import { z } from 'zod';
import { Problem } from '../../contracts/problems.js';
import { checkedTemplate } from '../../contracts/templates/check.js';
import {
  templateListQuery,
  templatePageSchema,
  templateVersionQuery,
  templateViewSchema,
  type TemplateSummary,
  type TemplateView,
} from '../../contracts/templates/views.js';
import { templateName } from '../../contracts/templates/template.js';
import { recordAudit } from '../../db/audit/log.js';
import {
  deleteTemplate,
  findTemplate,
  insertTemplateVersion,
  listTemplates,
  listTemplateVersions,
  type TemplateVersion,
  type TemplateVersionNote,
} from '../../db/templates/templates.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';

export interface TemplateRouteDeps {
  readonly pager: Pager;
}

const PATH = '/api/v1/templates';
const TAG = 'templates';
const params = z.object({ name: templateName });

export function createTemplateRoutes(deps: TemplateRouteDeps): AnyRoute[] {
  return [listRoute(deps), getRoute(), publishRoute(), deleteRoute()];
}

function listRoute({ pager }: TemplateRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listTemplates',
    summary: 'Templates with their newest version',
    tag: TAG,
    access: 'user',
    query: templateListQuery,
    responses: { 200: { description: 'One page', body: templatePageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query }, db) {
      const scope = { list: 'templates', filters: {} };
      const request = pager.request(scope, query);
      const items = (await listTemplates(db, request)).map(toSummary);
      const page = pager.page(scope, request, items, ({ createdAt, name }) => ({ at: createdAt, id: name }));
      return pageReply(PATH, query, page);
    },
  });
}

function getRoute(): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/:name`,
    operationId: 'getTemplate',
    summary: 'One template: the newest version, or the one asked for, and which others there are',
    tag: TAG,
    access: 'user',
    params,
    query: templateVersionQuery,
    responses: { 200: { description: 'The template', body: templateViewSchema } },
    problems: ['not_found'],
    async handle({ params: { name }, query }, db) {
      const versions = await listTemplateVersions(db, name);
      const version = query.version ?? versions[0]?.version;
      const template = await findTemplate(db, name, version ?? 0);
      if (template === undefined || !versions.some((one) => one.version === version)) {
        throw new Problem('not_found');
      }
      return reply(200, toView(template, versions));
    },
  });
}

function publishRoute(): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: PATH,
    operationId: 'publishTemplate',
    summary: 'A new template, or a new version of one; sessions keep the version that they started with',
    tag: TAG,
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
    async handle({ body, principal, origin }, tx) {
      const { template, inserted } = await insertTemplateVersion(tx, body, principal.userId);
      const view = toView(template, await listTemplateVersions(tx, body.name));
      const location = { Location: `${PATH}/${template.name}?version=${template.version}` };
      if (!inserted) return reply(200, view, location);
      await recordAudit(tx, {
        actor: principal,
        origin,
        action: template.version === 1 ? 'created' : 'version_published',
        resourceType: 'template',
        resourceId: template.name,
        after: { version: template.version, sha256: template.sha256 },
      });
      return reply(201, view, location);
    },
  });
}

function deleteRoute(): AnyRoute {
  return writeRoute({
    method: 'DELETE',
    path: `${PATH}/:name`,
    operationId: 'deleteTemplate',
    summary: 'Hide a template: no new session can start with it, those that run go on',
    tag: TAG,
    access: 'admin',
    params,
    responses: { 204: { description: 'Hidden' } },
    problems: ['not_found'],
    async handle({ params: { name }, principal, origin }, tx) {
      const hidden = await deleteTemplate(tx, name);
      if (hidden === 0) throw new Problem('not_found');
      await recordAudit(tx, {
        actor: principal,
        origin,
        action: 'deleted',
        resourceType: 'template',
        resourceId: name,
        after: { versionsHidden: hidden },
      });
      return reply(204);
    },
  });
}

function versionOf(note: TemplateVersionNote): TemplateView['versions'][number] {
  const { version, sha256, createdBy, createdAt } = note;
  return { version, sha256, builtIn: createdBy === null, createdAt };
}

function toSummary(template: TemplateVersion): TemplateSummary {
  const { title, description, phases } = template.definition;
  return {
    name: template.name,
    title,
    description,
    phases: phases.map(({ key, title: of }) => ({ key, title: of })),
    ...versionOf(template),
  };
}

function toView(template: TemplateVersion, versions: readonly TemplateVersionNote[]): TemplateView {
  const { name, definition } = template;
  return { name, definition, ...versionOf(template), versions: versions.map(versionOf) };
}
