import type { AuditFilters, AuditLog } from '../contracts/audit-log.js';
import { auditColumns, type AuditRow } from './audit-rows.js';
import { keyset, type PageRequest } from './keyset.js';
import { execute, join, many, maybeOne, sql, type Db, type Sql } from './sql.js';
import type { Tx } from './transaction.js';

export interface AuditLogRow extends AuditRow {
  seq: number | null;
  hash: string | null;
}

/** An entry with its place in the chain; the caller adds `where`. The join is by a unique index, a row at a time. */
export const selectAudit: Sql = sql`select ${auditColumns}, c.seq, encode(c.hash, 'hex') as hash
  from audit_logs a left join audit_chain c on c.audit_id = a.id`;

export async function listAuditLogs(
  db: Db,
  filters: AuditFilters,
  request: PageRequest,
): Promise<AuditLogRow[]> {
  const page = keyset(request.position, { at: sql`a.timestamp`, id: sql`a.id` });
  return many<AuditLogRow & Record<string, unknown>>(
    db,
    sql`${selectAudit} where ${auditConditions(filters)} and ${page.where}
         order by ${page.orderBy} limit ${request.limit + 1}`,
  );
}

export async function findAuditLog(db: Db, id: string): Promise<AuditLogRow | undefined> {
  return maybeOne<AuditLogRow & Record<string, unknown>>(db, sql`${selectAudit} where a.id = ${id}`);
}

/** Hides an entry from the lists. Says whether it was there and visible. */
export async function hideAuditLog(tx: Tx, id: string): Promise<boolean> {
  const touched = await execute(
    tx,
    sql`update audit_logs set is_deleted = true where id = ${id} and not is_deleted`,
  );
  return touched === 1;
}

/** For a query that calls the table `a`. */
export function auditConditions(filters: AuditFilters): Sql {
  const parts = [filters.includeDeleted ? sql`true` : sql`a.is_deleted = false`];
  if (filters.resourceType !== undefined) parts.push(sql`a.resource_type = ${filters.resourceType}`);
  if (filters.resourceId !== undefined) parts.push(sql`a.resource_id = ${filters.resourceId}`);
  if (filters.action !== undefined) parts.push(sql`a.action = ${filters.action}`);
  if (filters.actorId !== undefined) parts.push(sql`a.actor_id = ${filters.actorId}`);
  if (filters.from !== undefined) parts.push(sql`a.timestamp >= ${filters.from}::timestamptz`);
  if (filters.to !== undefined) parts.push(sql`a.timestamp < ${filters.to}::timestamptz`);
  return join(parts, sql` and `);
}

export function toAuditLog(row: AuditLogRow): AuditLog {
  return {
    id: row.id,
    timestamp: row.timestamp,
    actor: {
      id: row.actor_id,
      name: row.actor_name,
      email: row.actor_email,
      role: row.actor_role as 'SYSTEM',
    },
    action: row.action,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    before: row.before,
    after: row.after,
    reason: row.reason,
    requestId: row.request_id,
    origin: row.origin,
    isDeleted: row.is_deleted,
    seq: row.seq,
    hash: row.hash,
  };
}
