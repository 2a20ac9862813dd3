import { newId } from '../../contracts/ids.js';
import type { Role } from '../../contracts/users/principal.js';
import type { RunStatus } from '../../domain/runs/status.js';
import { toJsonb } from '../base/jsonb.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, many, maybeOne, one, sql, type Db } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

export interface SkippedFiring {
  readonly code: string;
  readonly message: string;
}

export interface NewFiring {
  readonly scheduleId: string;
  readonly scheduledAt: string;
  readonly cause: 'schedule' | 'person';
  readonly result: { readonly runId: string } | { readonly skipped: SkippedFiring };
}

export interface FiringRow {
  readonly id: string;
  readonly scheduledAt: string;
  readonly cause: 'schedule' | 'person';
  readonly runId: string | null;
  readonly runStatus: RunStatus | null;
  readonly skipped: SkippedFiring | null;
  readonly createdAt: string;
}

export async function insertFiring(
  tx: Tx,
  { scheduleId, scheduledAt, cause, result }: NewFiring,
): Promise<void> {
  await execute(
    tx,
    sql`insert into report_schedule_firings (id, schedule_id, scheduled_at, cause, run_id, skipped)
        values (${newId('firing')}, ${scheduleId}, ${scheduledAt}::timestamptz, ${cause},
                ${'runId' in result ? result.runId : null}, ${'skipped' in result ? toJsonb(result.skipped) : null})`,
  );
}

/** A schedule that is due, and what is known of it at this moment. */
export interface DueSchedule {
  readonly name: string;
  readonly report: unknown;
  readonly enabled: boolean;
  readonly ownerId: string;
  readonly ownerRole: Role;
  readonly ownerIsActive: boolean;
}

/** With the schedule's lock: its firings are one after the other. Undefined when it is no more. */
export function lockDueSchedule(tx: Tx, id: string): Promise<DueSchedule | undefined> {
  return maybeOne<DueSchedule>(
    tx,
    sql`select s.name, s.report, s.enabled, s.owner_id as "ownerId", u.role as "ownerRole",
               u.is_active as "ownerIsActive"
          from report_schedules s join users u on u.id = s.owner_id
         where s.id = ${id} and s.deleted_at is null
           for update of s`,
  );
}

/** The outcome of this very firing, when it fired before. */
export function findFiring(
  tx: Tx,
  scheduleId: string,
  scheduledAt: string,
): Promise<Pick<FiringRow, 'runId' | 'skipped'> | undefined> {
  return maybeOne<Pick<FiringRow, 'runId' | 'skipped'>>(
    tx,
    sql`select run_id as "runId", skipped from report_schedule_firings
         where schedule_id = ${scheduleId} and scheduled_at = ${scheduledAt}::timestamptz and cause = 'schedule'`,
  );
}

export async function hasOpenRun(tx: Tx, scheduleId: string): Promise<boolean> {
  const { found } = await one<{ found: boolean }>(
    tx,
    sql`select exists (select from report_schedule_firings f join runs on runs.id = f.run_id
                        where f.schedule_id = ${scheduleId} and runs.finished_at is null) as found`,
  );
  return found;
}

/** `limit + 1` rows of one page, newest first. */
export function listFirings(db: Db, scheduleId: string, page: PageRequest): Promise<FiringRow[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`f.created_at`, id: sql`f.id` });
  return many<FiringRow>(
    db,
    sql`select f.id, f.scheduled_at as "scheduledAt", f.cause, f.run_id as "runId", runs.status as "runStatus",
               f.skipped, f.created_at as "createdAt"
          from report_schedule_firings f left join runs on runs.id = f.run_id
         where f.schedule_id = ${scheduleId} and ${where}
         order by ${orderBy} limit ${page.limit + 1}`,
  );
}

/** Skipped firings that are old enough, and deleted schedules that Temporal has let go of. Runs take their firings along. */
export async function deleteExpiredFirings(db: Db, keepDays: number): Promise<number> {
  const removed = await execute(
    db,
    sql`delete from report_schedule_firings
         where run_id is null and created_at < now() - make_interval(days => ${keepDays})`,
  );
  const schedules = await execute(
    db,
    sql`delete from report_schedules
         where deleted_at < now() - make_interval(days => ${keepDays}) and synced_version = version`,
  );
  return removed + schedules;
}
