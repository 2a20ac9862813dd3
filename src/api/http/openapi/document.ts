import {
  createDocument,
  type oas31,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { z } from 'zod';
import type { ProblemCode } from '../../../contracts/problem-code.js';
import { problems } from '../problems.js';
import { webhookMessageSchema } from '../../../contracts/webhooks/message.js';
import { takesBody } from '../takes-body.js';
import { linksOf } from './links.js';
import { aliasesOf, type Access, type ResponseSpec, type RouteRecord } from '../../../contracts/route.js';

export type OpenApiDocument = oas31.OpenAPIObject;

const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'Where the problem is explained.', example: '/problems/not_found' }),
    title: z.string(),
    status: z.union([z.number().int(), z.literal('error')]).meta({
      description: 'The status of the answer; the word `error` where the clients of a SQL route read one.',
    }),
    detail: z.string(),
    code: z.string().meta({ description: 'Stable: branch on this one.' }),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. Some problems have further members.' });

const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'The same key and body again give the first answer again, for 24 hours at least.' }),
});

const ABOUT = `Long, expensive, half-automatic work that is never lost and that a person stays in charge of.

Sign in with \`Authorization: Bearer <token>\`: an API key (\`slk_…\`) or a JWT. Every error is a \`Problem\`.
Lists take \`limit\` and \`cursor\`. Times are RFC 3339 in UTC. What is accepted with 202 is durable.`;

/** The OpenAPI 3.1 document of the very records that the routes are mounted from. */
export function createOpenApiDocument(routes: readonly RouteRecord[]): OpenApiDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, routes) };
  }
  const document = createDocument({
    openapi: '3.1.0',
    info: { title: 'Sluice', version: '1', description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    webhooks: { delivery: { post: delivery } },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key (slk_…) or a JWT.' },
        console: { type: 'apiKey', in: 'cookie', name: 'sluice_session', description: 'The console only.' },
      },
    },
  });
  return { ...document, paths: withAliases(document.paths ?? {}) };
}

const delivery: ZodOpenApiOperationObject = {
  operationId: 'receiveDelivery',
  summary: 'What your endpoint is sent, signed by Standard Webhooks and retried until it answers 2xx',
  tags: ['Webhooks'],
  security: [],
  requestParams: {
    header: z.object({
      'webhook-id': z.string().meta({ description: 'The same for every attempt.' }),
      'webhook-timestamp': z.string().meta({ description: 'Seconds since 1970, of this attempt.' }),
      'webhook-signature': z.string().meta({ description: '`v1,` and the HMAC-SHA256 in base64.' }),
    }),
  },
  requestBody: { required: true, content: { 'application/json': { schema: webhookMessageSchema } } },
  responses: {
    '2XX': { description: 'Taken. Anything else is retried.' },
    410: { description: 'Nobody listens here any more: the webhook is switched off.' },
  },
};

/** An alias is one line of the document: it refers to the path that it stands for. */
function withAliases(paths: NonNullable<OpenApiDocument['paths']>): NonNullable<OpenApiDocument['paths']> {
  const references = Object.keys(paths).flatMap((path) =>
    aliasesOf(path).map((alias) => [alias, { $ref: `#/paths/${pointerOf(path)}` }] as const),
  );
  return { ...paths, ...Object.fromEntries(references) };
}

function pointerOf(path: string): string {
  return path.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
}

/** An answer is kept under the Idempotency-Key of its request. */
function isKeyed({ kind }: RouteRecord): boolean {
  return kind === 'write' || kind === 'command' || kind === 'upload';
}

function operation(route: RouteRecord, routes: readonly RouteRecord[]): ZodOpenApiOperationObject {
  const keyed = isKeyed(route);
  const requestParams = {
    ...(route.params instanceof z.ZodObject ? { path: route.params } : {}),
    ...(route.query instanceof z.ZodObject ? { query: route.query } : {}),
    ...(keyed ? { header: idempotencyHeader } : {}),
  };
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    security: route.access === 'open' ? [] : [{ bearer: [] }, { console: [] }],
    ...needOf(route.access),
    ...(Object.keys(requestParams).length === 0 ? {} : { requestParams }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: route.bodyOptional !== true,
            content: { 'application/json': { schema: route.body } },
          },
        }),
    responses: { ...responsesOf(route, routes), ...problemsOf(route) },
  };
}

function needOf(access: Access): { readonly description: string } | undefined {
  if (access === 'open' || access === 'user') return undefined;
  const need = access === 'admin' ? 'role `ADMIN`' : `permission \`${access}\``;
  return { description: `Needs the ${need}.` };
}

function responsesOf(
  route: RouteRecord,
  routes: readonly RouteRecord[],
): Record<string, ZodOpenApiResponseObject> {
  const unchanged =
    route.kind === 'read' ? { 304: { description: 'You have it: its `ETag` is in `If-None-Match`.' } } : {};
  const specs: Record<number, ResponseSpec> = { ...unchanged, ...route.responses };
  return Object.fromEntries(
    Object.entries(specs).map(([status, spec]) => {
      const links = linksOf(route, spec, routes);
      return [status, { ...responseOf(spec), ...(links === undefined ? {} : { links }) }] as const;
    }),
  );
}

function responseOf({
  description,
  body,
  headers = {},
  stream = false,
}: ResponseSpec): ZodOpenApiResponseObject {
  const described = Object.entries(headers).map(
    ([name, about]) => [name, { description: about, schema: { type: 'string' as const } }] as const,
  );
  return {
    description,
    ...(described.length === 0 ? {} : { headers: Object.fromEntries(described) }),
    ...(body === undefined
      ? {}
      : { content: { ...(stream ? { 'text/event-stream': {} } : {}), ...contentOf(body) } }),
  };
}

function contentOf(
  body: NonNullable<ResponseSpec['body']>,
): NonNullable<ZodOpenApiResponseObject['content']> {
  return 'contentType' in body ? { [body.contentType]: {} } : { 'application/json': { schema: body } };
}

const retryAfter = {
  'Retry-After': {
    description: 'Seconds until it is worth asking again.',
    schema: { type: 'string' as const },
  },
};

/** A response for each status, naming the codes that it may carry. */
function problemsOf(route: RouteRecord): Record<string, ZodOpenApiResponseObject> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemCodesOf(route)) {
    const { status } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => route.responses[status] === undefined)
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join('; '),
          ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
          content: { 'application/problem+json': { schema: problemSchema } },
        },
      ]),
  );
}

/** Answers of the shell for a route, and those of the route itself. */
export function problemCodesOf(route: RouteRecord): ProblemCode[] {
  const codes: ProblemCode[] = [];
  // Every query and every body is looked at, also where none is expected.
  codes.push('validation_error', 'request_timeout', 'headers_too_large');
  if (takesBody(route)) codes.push('payload_too_large', 'unsupported_media_type');
  if (route.access !== 'open') codes.push('unauthenticated', 'database_unavailable');
  if (needOf(route.access) !== undefined) codes.push('forbidden');
  if (route.params !== undefined) codes.push('not_found');
  if (isKeyed(route)) codes.push('idempotency_in_progress', 'idempotency_key_reused');
  if (route.unlimited !== true) codes.push('rate_limited');
  return [...new Set([...codes, ...(route.problems ?? []), 'internal_error' as const])];
}
