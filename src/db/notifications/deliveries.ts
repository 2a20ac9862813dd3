import type { Delivery } from '../../contracts/notifications/delivery.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, join, many, maybeOne, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

export interface DeliveryFilters {
  readonly office?: string | undefined;
  readonly staff?: string | undefined;
  readonly status?: string | undefined;
  readonly channel?: string | undefined;
  readonly run?: string | undefined;
}

const columns: Sql = sql`id, run_id, office_id, staff_id, channel, status, reason, next_eligible_at, attempts, error,
  message_id, created_at, updated_at, sent_at, content ->> 'address' as address,
  (select name from offices where offices.id = office_id) as office_name,
  (select name from staff where staff.id = staff_id) as staff_name,
  (select jsonb_agg(jsonb_build_object('deadline_id', item -> 'deadlineId', 'title', item -> 'title',
                                       'due_on', item -> 'dueOn', 'threshold', item -> 'threshold'))
     from jsonb_array_elements(facts -> 'items') as item) as deadlines`;

type Row = Delivery;

export function listDeliveries(db: Db, filters: DeliveryFilters, page: PageRequest): Promise<Delivery[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`created_at`, id: sql`id` });
  return many<Row>(
    db,
    sql`select ${columns} from notification_deliveries
         where ${join([where, ...conditions(filters)], sql` and `)} order by ${orderBy} limit ${page.limit + 1}`,
  );
}

function conditions({ office, staff, status, channel, run }: DeliveryFilters): Sql[] {
  return [
    ...(office === undefined ? [] : [sql`office_id = ${office}`]),
    ...(staff === undefined ? [] : [sql`staff_id = ${staff}`]),
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(channel === undefined ? [] : [sql`channel = ${channel}`]),
    ...(run === undefined ? [] : [sql`run_id = ${run}`]),
  ];
}

export function findDelivery(
  db: Db,
  id: string,
): Promise<(Delivery & { content: Record<string, unknown> }) | undefined> {
  return maybeOne<Row & { content: Record<string, unknown> }>(
    db,
    sql`select ${columns}, content from notification_deliveries where id = ${id}`,
  );
}

export function lockDelivery(tx: Tx, id: string): Promise<Delivery | undefined> {
  return maybeOne<Row>(tx, sql`select ${columns} from notification_deliveries where id = ${id} for update`);
}

/** Its keys are given back: the next run of its office sends them again. For a row that is locked. */
export async function releaseDelivery(tx: Tx, id: string, reason: string): Promise<void> {
  await execute(
    tx,
    sql`with released as (
          update notification_deliveries set status = 'skipped', reason = ${reason}, updated_at = clock_timestamp()
           where id = ${id} returning id)
        update notification_keys set void = true from released where delivery_id = released.id`,
  );
}
