import type { Deadline } from '../../contracts/notifications/deadline.js';
import { sql } from '../base/sql.js';
import { createRecordStore } from './record-store.js';

interface DeadlineValues {
  readonly office_id?: string | undefined;
  readonly external_id?: string | null | undefined;
  readonly title?: string | undefined;
  readonly due_on?: string | undefined;
  readonly state?: string | undefined;
  readonly critical?: boolean | undefined;
}

export interface DeadlineFilters {
  readonly office_id?: string | undefined;
  readonly state?: string | undefined;
  readonly due_from?: string | undefined;
  readonly due_to?: string | undefined;
}

export const deadlines = createRecordStore<Deadline, DeadlineValues, DeadlineValues, DeadlineFilters>({
  table: 'deadlines',
  kind: 'deadline',
  columns: sql`id, office_id, (select name from offices where offices.id = office_id) as office_name, external_id, title, due_on::text as due_on, state, critical, version, created_at, updated_at`,
  columnsOf: ({ office_id, external_id, title, due_on, state, critical }) => ({
    office_id,
    external_id,
    title,
    due_on,
    state,
    critical,
  }),
  conditionsOf: ({ office_id, state, due_from, due_to }) => [
    ...(office_id === undefined ? [] : [sql`office_id = ${office_id}`]),
    ...(state === undefined ? [] : [sql`state = ${state}`]),
    ...(due_from === undefined ? [] : [sql`due_on >= ${due_from}::date`]),
    ...(due_to === undefined ? [] : [sql`due_on <= ${due_to}::date`]),
  ],
});
