import {
  AUDIT_LOGS_PER_USER,
  type UserFacets,
  type UserFilters,
  type UserStats,
} from '../../contracts/users/user.js';
import { selectAudit, type AuditLogRow } from '../audit/query.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { join, many, one, sql, type Db, type Sql } from '../base/sql.js';
import { userColumns, type UserRow } from './users.js';

const FACET_LIMIT = 100_000;

/** A page, newest first, with the extra row that shows whether there are more. */
export async function listUsers(db: Db, filters: UserFilters, request: PageRequest): Promise<UserRow[]> {
  const page = keyset(request.position, { at: sql`created_at`, id: sql`id` });
  return many<UserRow>(
    db,
    sql`select ${userColumns} from users
         where ${conditions(filters)} and ${page.where}
         order by ${page.orderBy} limit ${request.limit + 1}`,
  );
}

/** The last action of each of these users, in one query for any number. */
export async function listAuditLogsOfUsers(db: Db, userIds: readonly string[]): Promise<AuditLogRow[]> {
  return many<AuditLogRow>(
    db,
    sql`select log.* from unnest(${userIds}::text[]) as actor (id)
          cross join lateral (
            ${selectAudit()} where a.actor_id = actor.id and not a.is_deleted
             order by a.timestamp desc, a.id desc limit ${AUDIT_LOGS_PER_USER}) as log`,
  );
}

/** How many of the matching users have each role and each activity; counted over so many of them at most. */
export async function countUserFacets(db: Db, filters: UserFilters): Promise<UserFacets> {
  const rows = await many<{ role: string; is_active: boolean; count: number }>(
    db,
    sql`select role, is_active, count(*) as count
          from (select role, is_active from users where ${conditions(filters)} limit ${FACET_LIMIT}) as matching
         group by role, is_active`,
  );
  const counted = rows.reduce((sum, row) => sum + row.count, 0);
  const sumBy = (value: (row: (typeof rows)[number]) => string): { value: string; count: number }[] => {
    const sums = new Map<string, number>();
    for (const row of rows) sums.set(value(row), (sums.get(value(row)) ?? 0) + row.count);
    return [...sums].map(([text, count]) => ({ value: text, count })).sort((a, b) => b.count - a.count);
  };
  return {
    role: sumBy((row) => row.role),
    isActive: sumBy((row) => String(row.is_active)),
    counted,
    complete: counted < FACET_LIMIT,
  };
}

export async function readUserStats(db: Db): Promise<UserStats> {
  const row = await one<{
    admins: number;
    active_admins: number;
    analysts: number;
    active_analysts: number;
    last_7: number;
    last_30: number;
    as_of: string;
  }>(
    db,
    sql`select count(*) filter (where role = 'ADMIN') as admins,
               count(*) filter (where role = 'ADMIN' and is_active) as active_admins,
               count(*) filter (where role = 'ANALYST') as analysts,
               count(*) filter (where role = 'ANALYST' and is_active) as active_analysts,
               (select count(*) from users where created_at > now() - interval '7 days') as last_7,
               (select count(*) from users where created_at > now() - interval '30 days') as last_30,
               now() as as_of
          from users`,
  );
  const ADMIN = countsOf(row.admins, row.active_admins);
  const ANALYST = countsOf(row.analysts, row.active_analysts);
  return {
    ...countsOf(ADMIN.total + ANALYST.total, ADMIN.active + ANALYST.active),
    byRole: { ADMIN, ANALYST },
    createdLast7Days: row.last_7,
    createdLast30Days: row.last_30,
    asOf: row.as_of,
  };
}

function countsOf(total: number, active: number): { total: number; active: number; inactive: number } {
  return { total, active, inactive: total - active };
}

function conditions(filters: UserFilters): Sql {
  const parts = [sql`true`];
  if (filters.role !== undefined) parts.push(sql`role = ${filters.role}`);
  if (filters.isActive !== undefined) parts.push(sql`is_active = ${filters.isActive}`);
  if (filters.q !== undefined) {
    const pattern = `${filters.q.replace(/[\\%_]/g, '\\$&')}%`;
    // Lowered by the database on both sides: its rules for other scripts are not JavaScript's.
    parts.push(sql`(lower(name) like lower(${pattern}) or lower(email) like lower(${pattern}))`);
  }
  return join(parts, sql` and `);
}
