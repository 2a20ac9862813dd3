import { z } from 'zod';
import { rawRoute, readRoute } from '../route.js';
import { historyQuery, workHistorySchema } from './history.js';
import { retentionSchema } from './kept.js';
import { operationsQuery, operationsSchema } from './operations.js';

const checkSchema = z.looseObject({ status: z.enum(['up', 'down']), ms: z.number() });
const readinessSchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'unavailable']),
    checks: z.record(z.string(), checkSchema),
  })
  .meta({ id: 'Readiness' });

const documentName = z.string().meta({ description: 'As /llms.txt lists it: `sessions`.' });
const documentResponses = {
  200: { description: 'The page', body: { contentType: 'text/markdown' } },
  304: { description: 'You have it: its `ETag` is in `If-None-Match`.' },
} as const;

export const operationRoutes = {
  health: rawRoute({
    method: 'GET',
    path: '/healthz',
    operationId: 'health',
    summary: 'Whether this process is alive',
    tag: 'Operation',
    access: 'open',
    unlimited: true,
    responses: { 200: { description: 'It is', body: z.object({ status: z.literal('ok') }) } },
  }),
  readiness: rawRoute({
    method: 'GET',
    path: '/readyz',
    operationId: 'readiness',
    summary: 'Whether this process can serve, and what of its surroundings answers',
    tag: 'Operation',
    access: 'open',
    unlimited: true,
    responses: {
      200: { description: 'It serves; `degraded` says that something is missing', body: readinessSchema },
      503: { description: 'It cannot serve', body: readinessSchema },
    },
  }),

  operations: rawRoute({
    method: 'GET',
    path: '/api/v1/operations',
    operationId: 'operations',
    summary: 'What is down, what waits, what is stuck, and how long steps take',
    tag: 'Operation',
    access: 'admin',
    query: operationsQuery,
    responses: { 200: { description: 'The whole, as it is now', body: operationsSchema } },
  }),

  workHistory: readRoute({
    method: 'GET',
    path: '/api/v1/operations/history',
    operationId: 'workHistory',
    summary: 'How long steps, runs and decisions took, how long they waited and how many failed, over time',
    tag: 'Operation',
    access: 'admin',
    query: historyQuery,
    responses: { 200: { description: 'Each by name, part by part', body: workHistorySchema } },
  }),
  retention: rawRoute({
    method: 'GET',
    path: '/api/v1/operations/retention',
    operationId: 'retention',
    summary: 'What is kept and for how long, how much that is, and when the rest is removed',
    tag: 'Operation',
    access: 'admin',
    responses: { 200: { description: 'By kind of record', body: retentionSchema } },
  }),

  metrics: rawRoute({
    method: 'GET',
    path: '/metrics',
    operationId: 'metrics',
    summary: 'Metrics for Prometheus; needs METRICS_TOKEN or an ADMIN token',
    tag: 'Operation',
    access: 'open',
    unlimited: true,
    responses: { 200: { description: 'Exposition format', body: { contentType: 'text/plain' } } },
    problems: ['unauthenticated', 'forbidden'],
  }),

  openApi: rawRoute({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'openApi',
    summary: 'This API as an OpenAPI 3.1 document',
    tag: 'Reference',
    access: 'open',
    responses: { 200: { description: 'The document', body: z.looseObject({ openapi: z.string() }) } },
  }),
  docs: rawRoute({
    method: 'GET',
    path: '/docs',
    operationId: 'docs',
    summary: 'This API as a page to read',
    tag: 'Reference',
    access: 'open',
    query: z.strictObject({ q: z.string().max(200).optional().meta({ description: 'Words to look for.' }) }),
    responses: { 200: { description: 'The page', body: { contentType: 'text/html' } } },
  }),
  documents: rawRoute({
    method: 'GET',
    path: '/llms.txt',
    operationId: 'documents',
    summary: 'What there is to read, for assistants',
    tag: 'Reference',
    access: 'open',
    responses: {
      200: { description: 'Every page with one line about it', body: { contentType: 'text/markdown' } },
      304: { description: 'You have it: its `ETag` is in `If-None-Match`.' },
    },
  }),
  document: rawRoute({
    method: 'GET',
    path: '/docs/:page.md',
    operationId: 'document',
    summary: 'A page of the documents as Markdown',
    tag: 'Reference',
    access: 'open',
    params: z.object({ page: documentName }),
    responses: documentResponses,
    problems: ['not_found'],
  }),
  documentInFolder: rawRoute({
    method: 'GET',
    path: '/docs/:folder/:page.md',
    operationId: 'documentInFolder',
    summary: 'A page of a folder of the documents as Markdown',
    tag: 'Reference',
    access: 'open',
    params: z.object({
      folder: z.string().meta({ description: 'As /llms.txt lists it: `operations`.' }),
      page: documentName,
    }),
    responses: documentResponses,
    problems: ['not_found'],
  }),
  problem: rawRoute({
    method: 'GET',
    path: '/problems/:code',
    operationId: 'problem',
    summary: 'What a problem means',
    tag: 'Reference',
    access: 'open',
    params: z.object({ code: z.string() }),
    responses: { 303: { description: 'To its entry in the reference' } },
    problems: ['not_found'],
  }),
};
