import { many, sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

export interface DueHolds {
  readonly ownerId: string;
  readonly officeIds: readonly string[];
}

export const RELEASE_TAG = 'notification-release';
const MOST_OFFICES = 500;

/** Offices with messages whose hold has ended, by the owner of the run that held them. None while such a run is open. */
export function listDueHolds(tx: Tx): Promise<DueHolds[]> {
  return many<DueHolds>(
    tx,
    sql`select owner_id as "ownerId", array_agg(office_id) as "officeIds"
          from (select distinct runs.owner_id, deliveries.office_id
                  from notification_deliveries deliveries
                  join runs on runs.id = deliveries.run_id
                  join offices on offices.id = deliveries.office_id and offices.is_active
                 where deliveries.status = 'held' and deliveries.next_eligible_at <= now()
                   and not exists (select from runs open where open.kind = 'deadline-run' and open.finished_at is null
                                                           and ${RELEASE_TAG} = any(open.tags))
                 limit ${MOST_OFFICES}) as due
         group by owner_id`,
  );
}
