import type { AuditFilters, AuditLog } from '../../contracts/audit/log.js';
import { systemActorName } from '../../domain/audit/system-actor.js';
import { auditColumns, type AuditRow } from './rows.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, join, many, maybeOne, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

export interface AuditLogRow extends AuditRow {
  seq: number | null;
  hash: string | null;
}

/** An entry with its place in the chain, from a source called `a`; the caller adds `where` or an order. */
export function selectAudit(source: Sql = sql`audit_logs a`): Sql {
  return sql`select ${auditColumns}, c.seq, encode(c.hash, 'hex') as hash
    from ${source} left join audit_chain c on c.audit_id = a.id`;
}

export interface AuditRange {
  readonly where: Sql;
  readonly orderBy: Sql;
  readonly limit: number;
}

const newestFirst = sql`a.timestamp desc, a.id desc`;

/**
 * The first `limit` matching entries, as `a`. The index of the plain list begins with `is_deleted`: two ranges of it,
 * each up to the limit. `is_deleted in (…)` would sort the whole log.
 */
export function auditRange(filters: AuditFilters, range: AuditRange): Sql {
  const rangeOf = (kind: Sql): Sql =>
    sql`(select a.* from audit_logs a where ${kind} and ${auditConditions(filters)} and ${range.where}
          order by ${range.orderBy} limit ${range.limit})`;
  if (!filters.includeDeleted) return sql`${rangeOf(sql`not a.is_deleted`)} a`;
  return sql`(select a.* from (${rangeOf(sql`not a.is_deleted`)} union all ${rangeOf(sql`a.is_deleted`)}) a
               order by ${range.orderBy} limit ${range.limit}) a`;
}

/** The newest matching entries, for counting. */
export function newestAudit(filters: AuditFilters, limit: number): Sql {
  return auditRange(filters, { where: sql`true`, orderBy: newestFirst, limit });
}

export async function listAuditLogs(
  db: Db,
  filters: AuditFilters,
  request: PageRequest,
): Promise<AuditLogRow[]> {
  const { where, orderBy } = keyset(request.position, { at: sql`a.timestamp`, id: sql`a.id` });
  const range = auditRange(filters, { where, orderBy, limit: request.limit + 1 });
  return many<AuditLogRow>(db, sql`${selectAudit(range)} order by ${orderBy}`);
}

export async function findAuditLog(db: Db, id: string): Promise<AuditLogRow | undefined> {
  return maybeOne<AuditLogRow>(db, sql`${selectAudit()} where a.id = ${id}`);
}

/** Hides an entry from the lists. Says whether it was there and visible. */
export async function hideAuditLog(tx: Tx, id: string): Promise<boolean> {
  const touched = await execute(
    tx,
    sql`update audit_logs set is_deleted = true where id = ${id} and not is_deleted`,
  );
  return touched === 1;
}

/** For a source that is called `a`. */
export function auditConditions(filters: AuditFilters): Sql {
  const parts = [sql`true`];
  if (filters.resourceType !== undefined) parts.push(sql`a.resource_type = ${filters.resourceType}`);
  if (filters.resourceId !== undefined) parts.push(sql`a.resource_id = ${filters.resourceId}`);
  if (filters.action !== undefined) parts.push(sql`a.action = ${filters.action}`);
  if (filters.actorId !== undefined) parts.push(isActor(filters.actorId));
  if (filters.from !== undefined) parts.push(sql`a.timestamp >= ${filters.from}::timestamptz`);
  if (filters.to !== undefined) parts.push(sql`a.timestamp < ${filters.to}::timestamptz`);
  return join(parts, sql` and `);
}

function isActor(id: string): Sql {
  const name = systemActorName(id);
  return name === undefined ? sql`a.actor_id = ${id}` : sql`(a.actor_id is null and a.actor_name = ${name})`;
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
