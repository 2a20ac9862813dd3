import type { Pool } from 'pg';
import { z } from 'zod';
import {
  auditFacetsSchema,
  auditFilterQuerySchema,
  auditListQuerySchema,
  auditLogSchema,
  auditPageSchema,
  auditVerificationSchema,
  type AuditFilters,
} from '../../contracts/audit/log.js';
import { auditExportBody, type AuditExport, type ExportAuditLogInput } from '../../contracts/audit/export.js';
import { idSchema, newId } from '../../contracts/ids.js';
import { runKinds, taskQueues, workflowIdOf } from '../../contracts/names.js';
import type { Principal } from '../../contracts/users/principal.js';
import { Problem } from '../../contracts/problems.js';
import { reportAcceptedSchema } from '../../contracts/reports/report.js';
import { deactivationSchema } from '../../contracts/users/user.js';
import { countAuditFacets } from '../../db/audit/facets.js';
import { recordAudit } from '../../db/audit/log.js';
import { findAuditLog, hideAuditLog, listAuditLogs, toAuditLog } from '../../db/audit/query.js';
import type { AuditSealer } from '../../db/audit/sealer.js';
import { verifyAuditLog } from '../../db/audit/verify.js';
import { insertRun, type NewRun } from '../../db/runs/runs.js';
import { acceptedJob } from '../runs/accepted-job.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { acceptedHeaders, readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';
import type { RunStarter } from '../runs/start.js';

export interface AuditRouteDeps {
  readonly pool: Pool;
  readonly pager: Pager;
  readonly sealer: Pick<AuditSealer, 'sealNow'>;
  /** Keys whose checkpoints count: the current one, and those before it. */
  readonly trustedKeys: readonly string[];
  readonly starter: RunStarter;
}

const PATH = '/api/v1/audit-logs';
const params = z.object({ id: idSchema('audit') });

export function createAuditRoutes(deps: AuditRouteDeps): AnyRoute[] {
  return [listRoute(deps), facetsRoute(), verifyRoute(deps), getRoute(), hideRoute(), exportRoute(deps)];
}

function listRoute({ pager }: AuditRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listAuditLogs',
    summary: 'What happened, newest first',
    tag: 'Audit log',
    access: 'admin',
    query: auditListQuerySchema,
    responses: { 200: { description: 'One page', body: auditPageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query }, db) {
      const filters = filtersOf(query);
      const scope = { list: 'audit-logs', filters };
      const request = pager.request(scope, query);
      const entries = (await listAuditLogs(db, filters, request)).map(toAuditLog);
      const page = pager.page(scope, request, entries, (entry) => ({ at: entry.timestamp, id: entry.id }));
      return pageReply(PATH, query, page);
    },
  });
}

function filtersOf(query: AuditFilters): AuditFilters {
  const { resourceType, resourceId, action, actorId, from, to, includeDeleted } = query;
  return { resourceType, resourceId, action, actorId, from, to, includeDeleted };
}

function facetsRoute(): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/facets`,
    operationId: 'getAuditFacets',
    summary: 'Counts of the matching entries by action, resource, actor and time',
    tag: 'Audit log',
    access: 'admin',
    query: auditFilterQuerySchema,
    responses: { 200: { description: 'Counts', body: auditFacetsSchema } },
    handle: async ({ query }, db) => reply(200, await countAuditFacets(db, query)),
  });
}

function verifyRoute({ pool, sealer, trustedKeys }: AuditRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/verify`,
    operationId: 'verifyAuditLog',
    summary: 'Check the whole log against its hash chain and its signed checkpoints',
    tag: 'Audit log',
    access: 'admin',
    responses: {
      200: { description: 'Whether it is whole, or where it first is not', body: auditVerificationSchema },
    },
    async handle() {
      // Not part of what is read: it only gives entries that are committed already the place they would get anyway.
      await sealer.sealNow();
      return reply(200, await verifyAuditLog(pool, trustedKeys));
    },
  });
}

function getRoute(): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/:id`,
    operationId: 'getAuditLog',
    summary: 'One entry, hidden or not',
    tag: 'Audit log',
    access: 'admin',
    params,
    responses: { 200: { description: 'The entry', body: auditLogSchema } },
    problems: ['not_found'],
    async handle({ params: { id } }, db) {
      const row = await findAuditLog(db, id);
      if (row === undefined) throw new Problem('not_found');
      return reply(200, toAuditLog(row));
    },
  });
}

function hideRoute(): AnyRoute {
  return writeRoute({
    method: 'DELETE',
    path: `${PATH}/:id`,
    operationId: 'hideAuditLog',
    summary: 'Hide an entry from the lists; it stays in the chain, and hiding it is an entry itself',
    tag: 'Audit log',
    access: 'admin',
    params,
    body: deactivationSchema,
    bodyOptional: true,
    responses: { 204: { description: 'Hidden, now or before' } },
    problems: ['not_found'],
    async handle({ params: { id }, body, principal, origin }, tx) {
      if (!(await hideAuditLog(tx, id))) {
        if ((await findAuditLog(tx, id)) === undefined) throw new Problem('not_found');
        return reply(204);
      }
      await recordAudit(tx, {
        actor: principal,
        origin,
        ...(body.reason === undefined ? {} : { reason: body.reason }),
        action: 'deleted',
        resourceType: 'audit_log',
        resourceId: id,
        before: { isDeleted: false },
        after: { isDeleted: true },
      });
      return reply(204);
    },
  });
}

function exportRoute({ starter }: AuditRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${PATH}/export`,
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
    async handle({ body, principal, origin }, tx) {
      const run = exportRun(body, principal);
      await insertRun(tx, run);
      await recordAudit(tx, {
        ...{ actor: principal, origin, resourceType: 'audit_log', resourceId: run.id },
        action: 'exported',
        after: body,
      });
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
  });
}

function exportRun({ format, ...filters }: AuditExport, owner: Principal): NewRun {
  const id = newId('job');
  const input: ExportAuditLogInput = { runId: id, format, filters };
  return {
    id,
    kind: 'audit-export',
    ownerId: owner.userId,
    title: `Audit log as ${format}`,
    input: { format, ...filters },
    workflowInput: { ...input },
    workflowId: workflowIdOf('audit-export', id),
    workflowType: runKinds['audit-export'].workflowType,
    taskQueue: taskQueues.flow,
  };
}
