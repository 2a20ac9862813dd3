import type { PushSubscription } from '../../contracts/notifications/push-subscription.js';
import { execute, sql, type Db } from '../base/sql.js';
import { createRecordStore } from './record-store.js';

interface PushChange {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

interface PushValues extends PushChange {
  readonly staff_id: string;
}

export interface PushFilters {
  readonly staff_id?: string | undefined;
}

/** A device stays with its person: the messages that are planned for it are theirs. */
export const pushSubscriptions = createRecordStore<PushSubscription, PushValues, PushChange, PushFilters>({
  table: 'push_subscriptions',
  kind: 'pushSubscription',
  columns: sql`id, staff_id, endpoint, version, created_at, updated_at`,
  columnsOf: ({ endpoint, keys, ...of }) => ({
    ...of,
    endpoint,
    p256dh: keys.p256dh,
    auth: keys.auth,
  }),
  conditionsOf: ({ staff_id }) => (staff_id === undefined ? [] : [sql`staff_id = ${staff_id}`]),
});

/** The push service said that it is no more. */
export async function removeSubscription(db: Db, id: string): Promise<void> {
  await execute(db, sql`delete from push_subscriptions where id = ${id}`);
}
