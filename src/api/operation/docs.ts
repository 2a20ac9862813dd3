import { problems } from '../http/problems.js';
import { Problem } from '../http/problems.js';
import { docsPage } from '../http/openapi/docs-page.js';
import { DOCS_POLICY } from '../http/openapi/docs-style.js';
import { routeRecords } from '../../contracts/routes.js';
import { createOpenApiDocument, type OpenApiDocument } from '../http/openapi/document.js';
import { implement, type Route } from '../http/route.js';
import { operationRoutes } from '../../contracts/operation/routes.js';

/** The API about itself. */
export function createDocsRoutes(): Route[] {
  let built: OpenApiDocument | undefined;
  const document = (): OpenApiDocument => (built ??= createOpenApiDocument(Object.values(routeRecords)));
  return [openApiRoute(document), pageRoute(document), problemRoute()];
}

function openApiRoute(document: () => OpenApiDocument): Route {
  let text: string | undefined;
  return implement(operationRoutes.openApi, (_call, ctx) => {
    text ??= JSON.stringify(document());
    ctx.type = 'application/json';
    ctx.set('Cache-Control', 'no-cache');
    ctx.body = text;
    return Promise.resolve();
  });
}

function pageRoute(document: () => OpenApiDocument): Route {
  return implement(operationRoutes.docs, ({ query }, ctx) => {
    ctx.type = 'html';
    ctx.set('Content-Security-Policy', DOCS_POLICY);
    ctx.set('Cache-Control', 'no-cache');
    ctx.body = docsPage(document(), query.q);
    return Promise.resolve();
  });
}

/** Where the `type` of a problem leads. */
function problemRoute(): Route {
  return implement(operationRoutes.problem, ({ params: { code } }, ctx) => {
    if (!Object.hasOwn(problems, code)) throw new Problem('not_found');
    ctx.redirect(`/docs#problem-${code}`);
    ctx.status = 303;
    return Promise.resolve();
  });
}
