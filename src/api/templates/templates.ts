import { Problem } from '../http/problems.js';
import { type TemplateSummary, type TemplateView } from '../../contracts/templates/views.js';
import {
  findTemplate,
  listTemplates,
  listTemplateVersions,
  type TemplateVersion,
  type TemplateVersionNote,
} from '../../db/templates/templates.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { publishTemplate, removeTemplate } from '../../operations/templates/templates.js';
import { templateRoutes } from '../../contracts/templates/routes.js';

export interface TemplateRouteDeps {
  readonly pager: Pager;
}

export function createTemplateRoutes(deps: TemplateRouteDeps): Route[] {
  return [listRoute(deps), getRoute(), publishRoute(), deleteRoute()];
}

function listRoute({ pager }: TemplateRouteDeps): Route {
  return implement(templateRoutes.listTemplates, async ({ path, query }, db) => {
    const scope = { list: 'templates', filters: {} };
    const request = pager.request(scope, query);
    const items = (await listTemplates(db, request)).map(toSummary);
    const page = pager.page(scope, request, {
      rows: items,
      keyOf: ({ createdAt, name }) => ({ at: createdAt, id: name }),
    });
    return pageReply(path, query, page);
  });
}

function getRoute(): Route {
  return implement(templateRoutes.getTemplate, async ({ params: { name }, query }, db) => {
    const versions = await listTemplateVersions(db, name);
    const version = query.version ?? versions[0]?.version;
    const template = await findTemplate(db, name, version ?? 0);
    if (template === undefined || !versions.some((one) => one.version === version)) {
      throw new Problem('not_found');
    }
    return reply(200, toView(template, versions));
  });
}

function publishRoute(): Route {
  return implement(templateRoutes.publishTemplate, async ({ path, body, principal, origin }, tx) => {
    const { template, inserted } = await publishTemplate(tx, body, { principal, origin });
    const view = toView(template, await listTemplateVersions(tx, body.name));
    const location = { Location: `${path}/${template.name}?version=${template.version}` };
    return reply(inserted ? 201 : 200, view, location);
  });
}

function deleteRoute(): Route {
  return implement(templateRoutes.deleteTemplate, async ({ params: { name }, principal, origin }, tx) => {
    await removeTemplate(tx, name, { principal, origin });
    return reply(204);
  });
}

function versionOf(note: TemplateVersionNote): TemplateView['versions'][number] {
  const { version, sha256, createdBy, createdAt } = note;
  return { version, sha256, builtIn: createdBy === null, createdAt };
}

function toSummary(template: TemplateVersion): TemplateSummary {
  const { title, description, inputSchema, phases } = template.definition;
  return {
    name: template.name,
    title,
    description,
    ...(inputSchema !== undefined && { inputSchema }),
    phases: phases.map(({ key, title: of }) => ({ key, title: of })),
    ...versionOf(template),
  };
}

function toView(template: TemplateVersion, versions: readonly TemplateVersionNote[]): TemplateView {
  const { name, definition } = template;
  return { name, definition, ...versionOf(template), versions: versions.map(versionOf) };
}
