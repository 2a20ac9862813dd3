import { Problem } from '../http/problems.js';
import { type TemplateSummary, type TemplateView } from '../../contracts/templates/views.js';
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
import { implement, reply, type Route } from '../http/route.js';
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
    const { template, inserted } = await insertTemplateVersion(tx, body, principal.userId);
    const view = toView(template, await listTemplateVersions(tx, body.name));
    const location = { Location: `${path}/${template.name}?version=${template.version}` };
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
  });
}

function deleteRoute(): Route {
  return implement(templateRoutes.deleteTemplate, async ({ params: { name }, principal, origin }, tx) => {
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
