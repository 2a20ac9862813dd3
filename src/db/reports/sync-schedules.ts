import type { Pool } from 'pg';
import type { ScheduleControl } from '../../platform/temporal/schedule-control.js';
import { execute, many, maybeOne, one, sql, type Db } from '../base/sql.js';
import { withTransaction, type Tx } from '../base/transaction.js';

/**
 * Brings Temporal's schedules to what the rows want.
 *
 * Y1. Each schedule has a single synchronizer. Two would overtake each other on their way to Temporal, and an older
 *     state stay. A second one skips its turn and leaves it to the first, and to the sweeper.
 * Y2. A version is noted as applied only after Temporal has it. Cut off in between it is applied again, which is the
 *     same.
 * Y3. A schedule that Temporal lost, or that was changed there, is corrected within the hour.
 */
interface WantedSchedule {
  readonly id: string;
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly enabled: boolean;
  readonly version: number;
  readonly syncedVersion: number;
  readonly isDeleted: boolean;
}

const LOCK_CLASS = 91_021;
const MOST_ROWS = 50;
/** Changes that come while one is being applied are followed up, though not for ever. */
const MOST_ROUNDS = 5;

/** `again`: also when Temporal has this version already. Fails when Temporal does not answer. */
export async function syncReportSchedule(
  pool: Pool,
  control: ScheduleControl,
  { id, again = false }: { readonly id: string; readonly again?: boolean },
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const { taken } = await one<{ taken: boolean }>(
      tx,
      sql`select pg_try_advisory_xact_lock(${LOCK_CLASS}::integer, hashtext(${id})) as taken`,
    );
    if (!taken) return;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const wanted = await findWanted(tx, id);
      const isBehind = wanted !== undefined && wanted.syncedVersion < wanted.version;
      if (wanted === undefined || !(isBehind || (again && round === 0))) return;
      await (wanted.isDeleted ? control.remove(id) : control.apply(wanted));
      await noteSynced(tx, wanted);
    }
  });
}

function findWanted(tx: Tx, id: string): Promise<WantedSchedule | undefined> {
  return maybeOne<WantedSchedule>(
    tx,
    sql`select id, name, cron, time_zone as "timeZone", enabled, version, synced_version as "syncedVersion",
               deleted_at is not null as "isDeleted"
          from report_schedules where id = ${id}`,
  );
}

async function noteSynced(tx: Tx, { id, version }: WantedSchedule): Promise<void> {
  await execute(
    tx,
    sql`update report_schedules set synced_version = ${version}, synced_at = now() where id = ${id}`,
  );
}

/** Schedules whose version Temporal lacks, and those that were not compared for an hour. */
export function listUnsyncedSchedules(db: Db): Promise<{ id: string }[]> {
  return many(
    db,
    sql`(select id from report_schedules where synced_version < version order by updated_at limit ${MOST_ROWS})
        union all
        (select id from report_schedules
          where synced_version = version and deleted_at is null and synced_at < now() - interval '1 hour'
          order by synced_at limit ${MOST_ROWS})`,
  );
}
