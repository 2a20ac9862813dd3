import type { Pool } from 'pg';
import type { ScheduleControl } from '../../platform/temporal/schedule-control.js';
import { execute, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import { withTransaction, type Tx } from '../base/transaction.js';

/**
 * The schedule of the daily run as it is wanted. Temporal's is brought in line with it.
 *
 * S1. Every change counts `version` up; `synced_version` says which one Temporal has. No change waits for Temporal.
 * S2. A moment that was due gives one run: the row remembers the last one, under its lock.
 */
export interface ScheduleRow {
  readonly cron: string;
  readonly time_zone: string;
  readonly enabled: boolean;
  readonly version: number;
  readonly synced_version: number;
  readonly updated_at: string;
}

const columns: Sql = sql`cron, time_zone, enabled, schedule_version as version, synced_version, updated_at`;

export function readSchedule(db: Db): Promise<ScheduleRow> {
  return one<ScheduleRow>(db, sql`select ${columns} from notification_settings`);
}

export function lockSchedule(tx: Tx): Promise<ScheduleRow> {
  return one<ScheduleRow>(tx, sql`select ${columns} from notification_settings for update`);
}

/** For a row that this transaction has locked. The runs are made in the name of the last person who changed it. */
export function updateSchedule(
  tx: Tx,
  wanted: Pick<ScheduleRow, 'cron' | 'time_zone' | 'enabled'> & { readonly ownerId: string },
): Promise<ScheduleRow> {
  return one<ScheduleRow>(
    tx,
    sql`update notification_settings
           set cron = ${wanted.cron}, time_zone = ${wanted.time_zone}, enabled = ${wanted.enabled},
               owner_id = ${wanted.ownerId}, schedule_version = schedule_version + 1, updated_at = clock_timestamp()
        returning ${columns}`,
  );
}

export interface DueSchedule {
  readonly enabled: boolean;
  readonly ownerId: string | null;
  readonly ownerIsActive: boolean;
  readonly wasFired: boolean;
  readonly isOpen: boolean;
}

export const SCHEDULE_TAG = 'notification-schedule';

/** Under the row's lock: two firings of one moment follow each other. */
export function lockDueSchedule(tx: Tx, scheduledAt: string): Promise<DueSchedule> {
  return one<DueSchedule>(
    tx,
    sql`select enabled, owner_id as "ownerId", coalesce(users.is_active and users.role = 'ADMIN', false) as "ownerIsActive",
               coalesce(last_fired_at >= ${scheduledAt}::timestamptz, false) as "wasFired",
               exists (select from runs where kind = 'deadline-run' and finished_at is null
                                          and ${SCHEDULE_TAG} = any(tags)) as "isOpen"
          from notification_settings left join users on users.id = owner_id
           for update of notification_settings`,
  );
}

export async function noteFired(tx: Tx, scheduledAt: string): Promise<void> {
  await execute(tx, sql`update notification_settings set last_fired_at = ${scheduledAt}::timestamptz`);
}

const LOCK = 91_040;

/** Brings Temporal to what is wanted; one at a time. Gives whether there was something to do. */
export function syncNotificationSchedule(pool: Pool, control: ScheduleControl): Promise<boolean> {
  return withTransaction(pool, async (tx) => {
    const { taken } = await one<{ taken: boolean }>(
      tx,
      sql`select pg_try_advisory_xact_lock(${LOCK}::bigint) as taken`,
    );
    if (!taken) return false;
    const wanted = await maybeOne<ScheduleRow>(
      tx,
      sql`select ${columns} from notification_settings where synced_version < schedule_version`,
    );
    if (wanted === undefined) return false;
    const { cron, time_zone, enabled, version } = wanted;
    await control.applyNotifications({ cron, timeZone: time_zone, enabled });
    await execute(tx, sql`update notification_settings set synced_version = ${version}`);
    return true;
  });
}
