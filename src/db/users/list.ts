import {
  AUDIT_LOGS_PER_USER,
  type User,
  type UserFacets,
  type UserFilters,
  type UserStats,
} from '../../contracts/users/user.js';
import { selectAudit, type AuditLogRow } from '../audit/query.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { join, many, one, sql, type Db, type Sql } from '../base/sql.js';
import { userColumns } from './users.js';

const FACET_LIMIT = 100_000;

/** A page, newest first, with the extra row that shows whether there are more. */
export async function listUsers(db: Db, filters: UserFilters, request: PageRequest): Promise<User[]> {
  const page = keyset(request.position, { at: sql`created_at`, id: sql`id` });
  return many<User>(
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
  const rows = await many<{ role: string; isActive: boolean; count: number }>(
    db,
    sql`select role, is_active as "isActive", count(*) as count
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
    isActive: sumBy((row) => String(row.isActive)),
    counted,
    complete: counted < FACET_LIMIT,
  };
}

export async function readUserStats(db: Db): Promise<UserStats> {
  const row = await one<{
    admins: number;
    activeAdmins: number;
    analysts: number;
    activeAnalysts: number;
    createdLast7Days: number;
    createdLast30Days: number;
    asOf: string;
  }>(
    db,
    sql`select count(*) filter (where role = 'ADMIN') as admins,
               count(*) filter (where role = 'ADMIN' and is_active) as "activeAdmins",
               count(*) filter (where role = 'ANALYST') as analysts,
               count(*) filter (where role = 'ANALYST' and is_active) as "activeAnalysts",
               (select count(*) from users where created_at > now() - interval '7 days') as "createdLast7Days",
               (select count(*) from users where created_at > now() - interval '30 days') as "createdLast30Days",
               now() as "asOf"
          from users`,
  );
  const ADMIN = countsOf(row.admins, row.activeAdmins);
  const ANALYST = countsOf(row.analysts, row.activeAnalysts);
  return {
    ...countsOf(ADMIN.total + ANALYST.total, ADMIN.active + ANALYST.active),
    byRole: { ADMIN, ANALYST },
    createdLast7Days: row.createdLast7Days,
    createdLast30Days: row.createdLast30Days,
    asOf: row.asOf,
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
