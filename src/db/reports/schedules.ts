import { newId } from '../../contracts/ids.js';
import { Refusal } from '../../contracts/refusal.js';
import {
  MOST_SCHEDULES,
  type NewReportSchedule,
  type ReportScheduleChange,
} from '../../contracts/reports/schedule.js';
import { toJsonb } from '../base/jsonb.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import { execute, many, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * Report schedules as they are wanted. Temporal's are brought in line with them, see sync-schedules.ts.
 *
 * R1. Every change counts `version` up; `synced_version` says which one Temporal has. No change waits for Temporal.
 * R2. The row decides at the due moment whether a report is made: a pause holds from its commit on.
 */
export interface ReportScheduleRow {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly report: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  readonly version: number;
  readonly syncedVersion: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deletedAt: string | null;
}

type Row = ReportScheduleRow;

const columns: Sql = sql`id, owner_id as "ownerId", name, cron, time_zone as "timeZone", report, enabled, version,
  synced_version as "syncedVersion", created_at as "createdAt", updated_at as "updatedAt", deleted_at as "deletedAt"`;

/** Any number that no other advisory lock of this program has; the owner makes the second half. */
const LOCK_CLASS = 91_020;

/** Refuses what is over the owner's limit. */
export async function insertReportSchedule(
  tx: Tx,
  ownerId: string,
  schedule: NewReportSchedule,
): Promise<ReportScheduleRow> {
  // Of two at once the second counts the first.
  await execute(tx, sql`select pg_advisory_xact_lock(${LOCK_CLASS}::integer, hashtext(${ownerId}))`);
  const { count } = await one<{ count: number }>(
    tx,
    sql`select count(*) from report_schedules where owner_id = ${ownerId} and deleted_at is null`,
  );
  if (count >= MOST_SCHEDULES) {
    throw new Refusal('conflict', { detail: `You have ${count} report schedules, which is the most.` });
  }
  const { name, cron, timeZone, report, enabled } = schedule;
  return one<Row>(
    tx,
    sql`insert into report_schedules (id, owner_id, name, cron, time_zone, report, enabled)
        values (${newId('schedule')}, ${ownerId}, ${name}, ${cron}, ${timeZone}, ${toJsonb(report)}, ${enabled})
        returning ${columns}`,
  );
}

export function findReportSchedule(
  db: Db,
  viewer: Viewer,
  id: string,
): Promise<ReportScheduleRow | undefined> {
  return maybeOne<Row>(
    db,
    sql`select ${columns} from report_schedules
         where id = ${id} and deleted_at is null and ${visibleTo(viewer, sql`owner_id`)}`,
  );
}

/** The same with the row's lock, for a change. */
export async function lockReportSchedule(tx: Tx, viewer: Viewer, id: string): Promise<ReportScheduleRow> {
  const row = await maybeOne<Row>(
    tx,
    sql`select ${columns} from report_schedules
         where id = ${id} and deleted_at is null and ${visibleTo(viewer, sql`owner_id`)} for update`,
  );
  if (row === undefined) throw new Refusal('not_found');
  return row;
}

/** `limit + 1` rows of one page, newest first. */
export function listReportSchedules(db: Db, viewer: Viewer, page: PageRequest): Promise<ReportScheduleRow[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`created_at`, id: sql`id` });
  return many<Row>(
    db,
    sql`select ${columns} from report_schedules
         where deleted_at is null and ${visibleTo(viewer, sql`owner_id`)} and ${where}
         order by ${orderBy} limit ${page.limit + 1}`,
  );
}

/** For a row that this transaction has locked. */
export function updateReportSchedule(
  tx: Tx,
  id: string,
  change: ReportScheduleChange,
): Promise<ReportScheduleRow> {
  return one<Row>(
    tx,
    sql`update report_schedules
           set name = coalesce(${change.name}, name),
               cron = coalesce(${change.cron}, cron),
               time_zone = coalesce(${change.timeZone}, time_zone),
               report = coalesce(${toJsonb(change.report)}::jsonb, report),
               enabled = coalesce(${change.enabled}, enabled),
               version = version + 1,
               updated_at = clock_timestamp()
         where id = ${id}
        returning ${columns}`,
  );
}

/** For a row that this transaction has locked. It is gone for everybody; the row waits for Temporal. */
export async function deleteReportSchedule(tx: Tx, id: string): Promise<void> {
  await execute(
    tx,
    sql`update report_schedules
           set deleted_at = clock_timestamp(), version = version + 1, updated_at = clock_timestamp()
         where id = ${id}`,
  );
}
