import type { Exclusion, PlannedItem } from '../../domain/notifications/planning.js';
import type { Channel, DeliveryStatus } from '../../domain/notifications/planning-facts.js';
import { toJsonb } from '../base/jsonb.js';
import { execute, sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/** A message as it is committed before anything of it goes out. */
export interface NewDelivery {
  readonly id: string;
  readonly runId: string;
  readonly officeId: string;
  readonly staffId: string;
  readonly channel: Channel;
  readonly recipient: string;
  readonly status: Extract<DeliveryStatus, 'planned' | 'held'>;
  readonly nextEligibleAt: string | null;
  readonly messageId: string;
  readonly localDate: string;
  readonly items: readonly PlannedItem[];
  readonly facts: object;
  readonly content: object;
}

/** Gives their keys back: other messages take over their deadlines. */
export async function replaceDeliveries(tx: Tx, ids: readonly string[], reason: string): Promise<void> {
  if (ids.length === 0) return;
  await execute(
    tx,
    sql`with voided as (
          update notification_keys set void = true where delivery_id = any(${[...ids]}::text[]))
        update notification_deliveries set status = 'skipped', reason = ${reason}, updated_at = clock_timestamp()
         where id = any(${[...ids]}::text[])`,
  );
}

/** In one statement, however many. A key that is taken fails all of it: the offices are locked, so none can be. */
export async function insertDeliveries(tx: Tx, deliveries: readonly NewDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  await execute(
    tx,
    sql`with given as (
          select * from jsonb_to_recordset(${toJsonb(deliveries)}::jsonb)
            as given ("id" text, "runId" text, "officeId" text, "staffId" text, "channel" text, "recipient" text,
                      "status" text, "nextEligibleAt" timestamptz, "messageId" text, "localDate" date, "items" jsonb,
                      "facts" jsonb, "content" jsonb)),
        made as (
          insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, reason,
                                               next_eligible_at, message_id, facts, content)
          select "id", "runId", "officeId", "staffId", "channel", "recipient", "status",
                 case when "status" = 'held' then 'quiet_hours' end, "nextEligibleAt", "messageId", "facts", "content"
            from given
          returning id)
        insert into notification_keys (delivery_id, deadline_id, recipient, channel, threshold, due_on, local_date)
        select "id", item ->> 'deadlineId', "recipient", "channel", (item ->> 'threshold')::integer,
               (item ->> 'dueOn')::date, "localDate"
          from given join made using (id), jsonb_array_elements("items") as item`,
  );
}

export async function insertExclusions(
  tx: Tx,
  runId: string,
  exclusions: readonly (Exclusion & { readonly officeId: string })[],
): Promise<void> {
  if (exclusions.length === 0) return;
  await execute(
    tx,
    sql`insert into notification_exclusions (run_id, office_id, staff_id, deadline_id, channel, threshold, reason, detail)
        select ${runId}, "officeId", "staffId", "deadlineId", channel, threshold, reason, detail
          from jsonb_to_recordset(${toJsonb(exclusions)}::jsonb)
            as given ("officeId" text, "staffId" text, "deadlineId" text, channel text, threshold integer, reason text,
                      detail text)`,
  );
}

/** The outcome of the planning for an office, before anything was sent. */
export interface PlannedOffice {
  readonly officeId: string;
  readonly name: string;
  /** `done`: there is nothing to send. */
  readonly status: 'planned' | 'done' | 'failed';
  readonly email: number;
  readonly push: number;
  readonly held: number;
  readonly error: string | null;
  readonly facts: object;
  readonly plan: object | null;
}

export async function insertPlannedOffices(
  tx: Tx,
  runId: string,
  offices: readonly PlannedOffice[],
): Promise<void> {
  if (offices.length === 0) return;
  await execute(
    tx,
    sql`insert into notification_run_offices (run_id, office_id, office_name, status, planned_email, planned_push, held,
                                              error, facts, plan)
        select ${runId}, "officeId", name, status, email, push, held, error, facts, plan
          from jsonb_to_recordset(${toJsonb(offices)}::jsonb)
            as given ("officeId" text, name text, status text, email integer, push integer, held integer, error text,
                      facts jsonb, plan jsonb)`,
  );
}

/** Held messages of these offices whose time has come and that nothing is due for any more. */
export async function dropOutlivedHolds(tx: Tx, officeIds: readonly string[], asOf: string): Promise<void> {
  await execute(
    tx,
    sql`with dropped as (
          update notification_deliveries
             set status = 'skipped', reason = 'no_longer_due', updated_at = clock_timestamp()
           where status = 'held' and office_id = any(${[...officeIds]}::text[])
             and next_eligible_at <= ${asOf}::timestamptz
          returning id)
        update notification_keys set void = true from dropped where delivery_id = dropped.id`,
  );
}
