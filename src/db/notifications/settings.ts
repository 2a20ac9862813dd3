import type { NotificationSettings } from '../../contracts/notifications/settings.js';
import { one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/** A single row for the installation. */
const columns: Sql = sql`thresholds, overdue, canary_offices, pause_error_rate, version, updated_at`;

export function readSettings(db: Db): Promise<NotificationSettings> {
  return one<NotificationSettings>(db, sql`select ${columns} from notification_settings`);
}

export function lockSettings(tx: Tx): Promise<NotificationSettings> {
  return one<NotificationSettings>(tx, sql`select ${columns} from notification_settings for update`);
}

/** For a row that this transaction has locked. */
export function updateSettings(
  tx: Tx,
  wanted: Pick<NotificationSettings, 'thresholds' | 'overdue' | 'canary_offices' | 'pause_error_rate'>,
): Promise<NotificationSettings> {
  const { thresholds, overdue, canary_offices, pause_error_rate } = wanted;
  return one<NotificationSettings>(
    tx,
    sql`update notification_settings
           set thresholds = ${[...thresholds]}::integer[], overdue = ${overdue}, canary_offices = ${canary_offices},
               pause_error_rate = ${pause_error_rate}, version = version + 1, updated_at = clock_timestamp()
        returning ${columns}`,
  );
}
