import type { Staff } from '../../contracts/notifications/staff.js';
import type { QuietHours } from '../../domain/notifications/quiet-hours.js';
import { sql, type Sql } from '../base/sql.js';
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
  columns: sql`id, office_id, name, email, language, notify_email, notify_push, digest, ${quietHours}, is_active,
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
