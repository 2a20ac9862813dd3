import type { Preferences } from '../../contracts/notifications/preferences.js';
import type { Staff } from '../../contracts/notifications/staff.js';
import type { QuietHours } from '../../domain/notifications/quiet-hours.js';
import { execute, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';
import { createRecordStore, startsWith } from './record-store.js';

interface StaffValues {
  readonly office_id?: string | undefined;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly language?: string | undefined;
  readonly notify_email?: boolean | undefined;
  readonly notify_push?: boolean | undefined;
  readonly digest?: boolean | undefined;
  readonly quiet_hours?: QuietHours | null | undefined;
  readonly is_active?: boolean | undefined;
}

export interface StaffFilters {
  readonly office_id?: string | undefined;
  readonly email?: string | undefined;
  readonly is_active?: boolean | undefined;
  readonly q?: string | undefined;
}

const quietHours: Sql = sql`case when quiet_from is not null
  then jsonb_build_object('from', quiet_from, 'to', quiet_to) end as quiet_hours`;

export const staff = createRecordStore<Staff, StaffValues, StaffValues, StaffFilters>({
  table: 'staff',
  kind: 'staff',
  columns: sql`id, office_id, (select name from offices where offices.id = office_id) as office_name, name, email, language, notify_email, notify_push, digest, ${quietHours}, is_active,
    suppressed, version, created_at, updated_at`,
  columnsOf: ({
    office_id,
    name,
    email,
    language,
    notify_email,
    notify_push,
    digest,
    quiet_hours,
    is_active,
  }) => ({
    office_id,
    name,
    email,
    language,
    notify_email,
    notify_push,
    digest,
    is_active,
    ...(quiet_hours === undefined
      ? {}
      : { quiet_from: quiet_hours?.from ?? null, quiet_to: quiet_hours?.to ?? null }),
  }),
  conditionsOf: ({ office_id, email, is_active, q }) => [
    ...(office_id === undefined ? [] : [sql`office_id = ${office_id}`]),
    ...(email === undefined ? [] : [sql`lower(email) = lower(${email})`]),
    ...(is_active === undefined ? [] : [sql`is_active = ${is_active}`]),
    ...(q === undefined ? [] : [sql`(${startsWith(sql`name`, q)} or ${startsWith(sql`email`, q)})`]),
  ],
  alsoSet: ({ email }) => (email === undefined ? [] : [sql`suppressed = null`, sql`suppressed_at = null`]),
});

/** As every other time of the API: UTC, with microseconds. */
const momentOf = (column: Sql): Sql =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const preferences: Sql = sql`
  jsonb_build_object('enabled', notify_email, 'mute_until', ${momentOf(sql`email_mute_until`)}) as email,
  jsonb_build_object('enabled', notify_push, 'mute_until', ${momentOf(sql`push_mute_until`)}) as push,
  digest, language, ${quietHours}`;

export function findPreferences(db: Db, staffId: string): Promise<Preferences | undefined> {
  return maybeOne<Preferences>(db, sql`select ${preferences} from staff where id = ${staffId}`);
}

export function lockPreferences(tx: Tx, staffId: string): Promise<Preferences | undefined> {
  return maybeOne<Preferences>(tx, sql`select ${preferences} from staff where id = ${staffId} for update`);
}

/** For a row that this transaction has locked. */
export function updatePreferences(tx: Tx, staffId: string, wanted: Preferences): Promise<Preferences> {
  const { email, push, digest, language, quiet_hours } = wanted;
  return one<Preferences>(
    tx,
    sql`update staff
           set notify_email = ${email.enabled}, email_mute_until = ${email.mute_until},
               notify_push = ${push.enabled}, push_mute_until = ${push.mute_until}, digest = ${digest},
               language = ${language}, quiet_from = ${quiet_hours?.from ?? null}, quiet_to = ${quiet_hours?.to ?? null},
               version = version + 1, updated_at = clock_timestamp()
         where id = ${staffId}
        returning ${preferences}`,
  );
}

/** The receiving server refused the address for good. */
export async function suppressAddress(db: Db, staffId: string, why: string): Promise<void> {
  await execute(
    db,
    sql`update staff set suppressed = ${why}, suppressed_at = clock_timestamp(), version = version + 1
         where id = ${staffId} and suppressed is null`,
  );
}
