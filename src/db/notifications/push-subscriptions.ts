import type { PushSubscription } from '../../contracts/notifications/push-subscription.js';
import { execute, sql, type Db } from '../base/sql.js';
import { createRecordStore } from './record-store.js';

interface PushValues {
  readonly staff_id: string;
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export interface PushFilters {
  readonly staff_id?: string | undefined;
}

/** They are made and removed, never changed: a browser makes a new one. */
export const pushSubscriptions = createRecordStore<PushSubscription, PushValues, never, PushFilters>({
  table: 'push_subscriptions',
  kind: 'pushSubscription',
  columns: sql`id, staff_id, endpoint, created_at`,
  columnsOf: ({ staff_id, endpoint, keys }) => ({ staff_id, endpoint, p256dh: keys.p256dh, auth: keys.auth }),
  conditionsOf: ({ staff_id }) => (staff_id === undefined ? [] : [sql`staff_id = ${staff_id}`]),
});

/** The push service said that it is no more. */
export async function removeSubscription(db: Db, id: string): Promise<void> {
  await execute(db, sql`delete from push_subscriptions where id = ${id}`);
}
