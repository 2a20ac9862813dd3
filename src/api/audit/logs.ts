import type { Pool } from 'pg';
import { type AuditFilters } from '../../contracts/audit/log.js';
import { Problem } from '../http/problems.js';
import { countAuditFacets } from '../../db/audit/facets.js';
import { exportLog } from '../../operations/audit/export-log.js';
import { hideEntry } from '../../operations/audit/hide-entry.js';
import { findAuditLog, listAuditLogs, toAuditLog } from '../../db/audit/query.js';
import type { AuditSealer } from '../../operations/audit/sealer.js';
import { verifyAuditLog } from '../../db/audit/verify.js';
import { acceptedJob } from '../runs/accepted-job.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { auditRoutes } from '../../contracts/audit/routes.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';

export interface AuditRouteDeps {
  readonly pool: Pool;
  readonly pager: Pager;
  readonly sealer: Pick<AuditSealer, 'sealNow'>;
  /** Keys whose checkpoints count: the current one, and those before it. */
  readonly trustedKeys: readonly string[];
  readonly starter: RunStarter;
}

export function createAuditRoutes(deps: AuditRouteDeps): Route[] {
  return [listRoute(deps), facetsRoute(), verifyRoute(deps), getRoute(), hideRoute(), exportRoute(deps)];
}

function listRoute({ pager }: AuditRouteDeps): Route {
  return implement(auditRoutes.listAuditLogs, async ({ path, query }, db) => {
    const filters = filtersOf(query);
    const scope = { list: 'audit-logs', filters };
    const request = pager.request(scope, query);
    const entries = (await listAuditLogs(db, filters, request)).map(toAuditLog);
    const page = pager.page(scope, request, {
      rows: entries,
      keyOf: (entry) => ({ at: entry.timestamp, id: entry.id }),
    });
    return pageReply(path, query, page);
  });
}

function filtersOf(query: AuditFilters): AuditFilters {
  const { resourceType, resourceId, action, actorId, from, to, includeDeleted } = query;
  return { resourceType, resourceId, action, actorId, from, to, includeDeleted };
}

function facetsRoute(): Route {
  return implement(auditRoutes.getAuditFacets, async ({ query }, db) =>
    reply(200, await countAuditFacets(db, query)),
  );
}

function verifyRoute({ pool, sealer, trustedKeys }: AuditRouteDeps): Route {
  return implement(auditRoutes.verifyAuditLog, async () => {
    // Not part of what is read: it only gives entries that are committed already the place they would get anyway.
    await sealer.sealNow();
    return reply(200, await verifyAuditLog(pool, trustedKeys));
  });
}

function getRoute(): Route {
  return implement(auditRoutes.getAuditLog, async ({ params: { id } }, db) => {
    const row = await findAuditLog(db, id);
    if (row === undefined) throw new Problem('not_found');
    return reply(200, toAuditLog(row));
  });
}

function hideRoute(): Route {
  return implement(auditRoutes.hideAuditLog, async ({ params: { id }, body, principal, origin }, tx) => {
    await hideEntry(tx, { id, principal, origin, reason: body.reason });
    return reply(204);
  });
}

function exportRoute({ starter }: AuditRouteDeps): Route {
  return implement(auditRoutes.exportAuditLog, async ({ body, principal, origin }, tx) =>
    acceptedJob((await exportLog(tx, starter, { body, principal, origin })).id),
  );
}
