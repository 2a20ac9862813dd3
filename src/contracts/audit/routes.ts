import {
  auditFacetsSchema,
  auditFilterQuerySchema,
  auditListQuerySchema,
  auditLogSchema,
  auditPageSchema,
  auditVerificationSchema,
} from './log.js';
import { deactivationSchema } from '../users/user.js';
import { auditExportBody } from './export.js';
import { reportAcceptedSchema } from '../reports/report.js';
import { z } from 'zod';
import { idSchema } from '../ids.js';
import { acceptedHeaders, readRoute, writeRoute } from '../route.js';

const params = z.object({ id: idSchema('audit') });

export const auditRoutes = {
  listAuditLogs: readRoute({
    method: 'GET',
    path: '/api/v1/audit-logs',
    operationId: 'listAuditLogs',
    summary: 'What happened, newest first',
    tag: 'Audit log',
    access: 'admin',
    query: auditListQuerySchema,
    responses: { 200: { description: 'One page', body: auditPageSchema } },
    problems: ['invalid_cursor'],
  }),
  getAuditFacets: readRoute({
    method: 'GET',
    path: '/api/v1/audit-logs/facets',
    operationId: 'getAuditFacets',
    summary: 'Counts of the matching entries by action, resource, actor and time',
    tag: 'Audit log',
    access: 'admin',
    query: auditFilterQuerySchema,
    responses: { 200: { description: 'Counts', body: auditFacetsSchema } },
  }),
  verifyAuditLog: readRoute({
    method: 'GET',
    path: '/api/v1/audit-logs/verify',
    operationId: 'verifyAuditLog',
    summary: 'Check the whole log against its hash chain and its signed checkpoints',
    tag: 'Audit log',
    access: 'admin',
    responses: {
      200: { description: 'Whether it is whole, or where it first is not', body: auditVerificationSchema },
    },
  }),
  getAuditLog: readRoute({
    method: 'GET',
    path: '/api/v1/audit-logs/:id',
    operationId: 'getAuditLog',
    summary: 'One entry, hidden or not',
    tag: 'Audit log',
    access: 'admin',
    params,
    responses: { 200: { description: 'The entry', body: auditLogSchema } },
    problems: ['not_found'],
  }),
  hideAuditLog: writeRoute({
    method: 'DELETE',
    path: '/api/v1/audit-logs/:id',
    operationId: 'hideAuditLog',
    summary: 'Hide an entry from the lists; it stays in the chain, and hiding it is an entry itself',
    tag: 'Audit log',
    access: 'admin',
    params,
    body: deactivationSchema,
    bodyOptional: true,
    responses: { 204: { description: 'Hidden, now or before' } },
    problems: ['not_found'],
  }),
  exportAuditLog: writeRoute({
    method: 'POST',
    path: '/api/v1/audit-logs/export',
    operationId: 'exportAuditLog',
    summary:
      'Write the log to a file with its chain and a signed checkpoint; `sluice audit verify` checks it offline',
    tag: 'Audit log',
    access: 'admin',
    body: auditExportBody,
    bodyOptional: true,
    responses: {
      202: {
        description: 'Accepted: a job, whose result is the file',
        body: reportAcceptedSchema,
        headers: acceptedHeaders('The job.'),
      },
    },
  }),
};
