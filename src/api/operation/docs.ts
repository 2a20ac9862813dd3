import { z } from 'zod';
import { problems } from '../../contracts/problems.js';
import { Problem } from '../../contracts/problems.js';
import { docsPage } from '../http/openapi/docs-page.js';
import { DOCS_POLICY } from '../http/openapi/docs-style.js';
import { createOpenApiDocument, type OpenApiDocument } from '../http/openapi/document.js';
import { rawRoute, type AnyRoute } from '../http/route.js';

/** The API about itself. `routes` is asked at the first request: these very routes are among them. */
export function createDocsRoutes(routes: () => readonly AnyRoute[]): AnyRoute[] {
  let built: OpenApiDocument | undefined;
  const document = (): OpenApiDocument => (built ??= createOpenApiDocument(routes()));
  return [openApiRoute(document), pageRoute(document), problemRoute()];
}

function openApiRoute(document: () => OpenApiDocument): AnyRoute {
  let text: string | undefined;
  return rawRoute({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'openApi',
    summary: 'This API as an OpenAPI 3.1 document',
    tag: 'Reference',
    access: 'open',
    responses: { 200: { description: 'The document', body: z.looseObject({ openapi: z.string() }) } },
    handle: (_call, ctx) => {
      text ??= JSON.stringify(document());
      ctx.type = 'application/json';
      ctx.set('Cache-Control', 'no-cache');
      ctx.body = text;
      return Promise.resolve();
    },
  });
}

function pageRoute(document: () => OpenApiDocument): AnyRoute {
  return rawRoute({
    method: 'GET',
    path: '/docs',
    operationId: 'docs',
    summary: 'This API as a page to read',
    tag: 'Reference',
    access: 'open',
    query: z.strictObject({ q: z.string().max(200).optional().meta({ description: 'Words to look for.' }) }),
    responses: { 200: { description: 'The page', body: { contentType: 'text/html' } } },
    handle: ({ query }, ctx) => {
      ctx.type = 'html';
      ctx.set('Content-Security-Policy', DOCS_POLICY);
      ctx.set('Cache-Control', 'no-cache');
      ctx.body = docsPage(document(), query.q);
      return Promise.resolve();
    },
  });
}

/** Where the `type` of a problem leads. */
function problemRoute(): AnyRoute {
  return rawRoute({
    method: 'GET',
    path: '/problems/:code',
    operationId: 'problem',
    summary: 'What a problem means',
    tag: 'Reference',
    access: 'open',
    params: z.object({ code: z.string() }),
    responses: { 303: { description: 'To its entry in the reference' } },
    problems: ['not_found'],
    handle: ({ params: { code } }, ctx) => {
      if (!Object.hasOwn(problems, code)) throw new Problem('not_found');
      ctx.redirect(`/docs#problem-${code}`);
      ctx.status = 303;
      return Promise.resolve();
    },
  });
}
