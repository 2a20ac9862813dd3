import type { Pool } from 'pg';
import type { AuditReportFilters, ReportBasis } from '../../contracts/reports/report.js';
import type { AuditFilters } from '../../contracts/audit/log.js';
import type { AuditData, Counted } from '../../domain/reports/audit.js';
import { auditConditions } from '../audit/query.js';
import { auditColumns, type AuditRow } from '../audit/rows.js';
import { cursorRows } from '../base/cursor-rows.js';
import { many, one, sql, type Db, type Sql } from '../base/sql.js';

const VALUES = 100;
const DAYS = 400;

/** Counted over all entries of the time, however many they are: a report may take its time. */
export async function gatherAuditSummary(db: Db, filters: AuditFilters): Promise<AuditData['summary']> {
  const counted = (value: Sql, order: Sql, limit: number): Promise<Counted[]> =>
    many<Counted>(
      db,
      sql`select ${value} as value, count(*) as count from audit_logs a where ${matching(filters)}
           group by 1 order by ${order} limit ${limit}`,
    );
  const most = sql`2 desc, 1`;
  return {
    total: await countAuditEntries(db, filters),
    byAction: await counted(sql`a.action`, most, VALUES),
    byResource: await counted(sql`a.resource_type`, most, VALUES),
    byActor: await counted(sql`a.actor_name || coalesce(' <' || a.actor_email || '>', '')`, most, VALUES),
    byDay: await counted(sql`to_char(a.timestamp at time zone 'UTC', 'YYYY-MM-DD')`, sql`1`, DAYS),
  };
}

export async function countAuditEntries(db: Db, filters: AuditFilters): Promise<number> {
  const { total } = await one<{ total: number }>(
    db,
    sql`select count(*) as total from audit_logs a where ${matching(filters)}`,
  );
  return total;
}

export interface AuditEntryRow extends AuditRow {
  readonly seq: number | null;
  readonly hash: string | null;
}

/** The entries of the time, from the oldest on, a part of them at a time. */
export function auditEntryRows(pool: Pool, filters: AuditFilters): AsyncGenerator<AuditEntryRow> {
  return cursorRows<AuditEntryRow>(
    pool,
    sql`select ${auditColumns}, c.seq, encode(c.hash, 'hex') as hash
          from audit_logs a left join audit_chain c on c.audit_id = a.id
         where ${matching(filters)} order by a.timestamp, a.id`,
  );
}

/** The requested entries, within the time that all sections of the report share. */
export function filtersWithin(asked: AuditReportFilters, { from, to }: ReportBasis): AuditFilters {
  return { ...asked, from, to };
}

function matching(filters: AuditFilters): Sql {
  return sql`${filters.includeDeleted ? sql`true` : sql`not a.is_deleted`} and ${auditConditions(filters)}`;
}
