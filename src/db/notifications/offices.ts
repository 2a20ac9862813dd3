import type { Office } from '../../contracts/notifications/office.js';
import { sql } from '../base/sql.js';
import { createRecordStore, startsWith } from './record-store.js';

interface OfficeValues {
  readonly external_id?: string | null | undefined;
  readonly name?: string | undefined;
  readonly time_zone?: string | undefined;
  readonly is_active?: boolean | undefined;
}

export interface OfficeFilters {
  readonly external_id?: string | undefined;
  readonly is_active?: boolean | undefined;
  readonly q?: string | undefined;
}

export const offices = createRecordStore<Office, OfficeValues, OfficeValues, OfficeFilters>({
  table: 'offices',
  kind: 'office',
  columns: sql`id, external_id, name, time_zone, is_active, version, created_at, updated_at`,
  columnsOf: ({ external_id, name, time_zone, is_active }) => ({ external_id, name, time_zone, is_active }),
  conditionsOf: ({ external_id, is_active, q }) => [
    ...(external_id === undefined ? [] : [sql`external_id = ${external_id}`]),
    ...(is_active === undefined ? [] : [sql`is_active = ${is_active}`]),
    ...(q === undefined ? [] : [startsWith(sql`name`, q)]),
  ],
});
