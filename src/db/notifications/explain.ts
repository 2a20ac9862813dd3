import type { EarlierKey, StaffFacts } from '../../domain/notifications/planning-facts.js';
import type { DeadlineStanding } from '../../domain/notifications/thresholds.js';
import { many, maybeOne, sql, type Db } from '../base/sql.js';

/** A person and a deadline of the same office, as they are now. */
export interface Pair {
  readonly officeId: string;
  readonly officeIsActive: boolean;
  readonly timeZone: string;
  readonly title: string;
  readonly dueOn: string;
  readonly state: string;
  readonly critical: boolean;
  readonly personIsActive: boolean;
  readonly staff: StaffFacts;
}

export function findPair(db: Db, staffId: string, deadlineId: string): Promise<Pair | undefined> {
  return maybeOne<Pair>(
    db,
    sql`select offices.id as "officeId", offices.is_active as "officeIsActive", time_zone as "timeZone", title,
               due_on::text as "dueOn", state, critical, staff.is_active as "personIsActive",
               jsonb_build_object(
                 'id', staff.id, 'name', staff.name, 'address', email, 'language', language, 'digest', digest,
                 'quietHours', case when quiet_from is not null
                                 then jsonb_build_object('from', quiet_from, 'to', quiet_to) end,
                 'email', jsonb_build_object('enabled', notify_email, 'muteUntil', email_mute_until),
                 'push', jsonb_build_object('enabled', notify_push, 'muteUntil', push_mute_until),
                 'suppressed', suppressed,
                 'subscriptionIds', coalesce((select jsonb_agg(id order by id) from push_subscriptions
                                               where staff_id = staff.id), '[]')) as staff
          from staff
          join deadlines on deadlines.office_id = staff.office_id
          join offices on offices.id = staff.office_id
         where staff.id = ${staffId} and deadlines.id = ${deadlineId}`,
  );
}

export function listKeysOfPair(db: Db, staffId: string, deadlineId: string): Promise<EarlierKey[]> {
  return many<EarlierKey>(
    db,
    sql`select keys.deadline_id as "deadlineId", keys.recipient, keys.channel, keys.threshold,
               keys.due_on::text as "dueOn", keys.delivery_id as "deliveryId", deliveries.status,
               (runs.id is null or runs.finished_at is not null) as abandoned
          from notification_keys keys
          join notification_deliveries deliveries on deliveries.id = keys.delivery_id
          left join runs on runs.id = deliveries.run_id
         where keys.deadline_id = ${deadlineId} and deliveries.staff_id = ${staffId} and not keys.void`,
  );
}

export interface PairRun {
  readonly job_id: string;
  readonly at: string;
  readonly dry_run: boolean;
  readonly office_status: string;
  readonly error: string | null;
  readonly today: string | null;
  readonly standing: DeadlineStanding | null;
}

const MOST_RUNS = 30;

/** The facts that each run kept of the office: on which date it looked, and how the deadline stood. */
export function listRunsOfPair(db: Db, officeId: string, deadlineId: string): Promise<PairRun[]> {
  return many<PairRun>(
    db,
    sql`select runs.id as job_id, runs.created_at as at, coalesce((runs.input ->> 'dry_run')::boolean, false) as dry_run,
               offices.status as office_status, offices.error, facts ->> 'today' as today,
               (select standing from jsonb_array_elements(facts -> 'standings') as standing
                 where standing ->> 'deadlineId' = ${deadlineId}) as standing
          from notification_run_offices offices join runs on runs.id = offices.run_id
         where offices.office_id = ${officeId}
         order by runs.created_at desc limit ${MOST_RUNS}`,
  );
}

export interface OutcomeRow {
  readonly run_id: string;
  readonly channel: 'email' | 'push';
  readonly outcome: 'delivery' | 'excluded';
  readonly status: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly delivery_id: string | null;
  readonly threshold: number;
  readonly next_eligible_at: string | null;
  readonly sent_at: string | null;
}

/** Its outcome, run by run: the messages about the deadline, and the reasons for none. */
export function listOutcomesOfPair(db: Db, staffId: string, deadlineId: string): Promise<OutcomeRow[]> {
  return many<OutcomeRow>(
    db,
    sql`select run_id, channel, outcome, status, reason, detail, delivery_id, threshold, next_eligible_at, sent_at from (
        select deliveries.run_id, deliveries.channel, 'delivery' as outcome, deliveries.status, deliveries.reason,
               deliveries.error as detail, deliveries.id as delivery_id, keys.threshold, deliveries.next_eligible_at,
               deliveries.sent_at, deliveries.created_at
          from notification_deliveries deliveries join notification_keys keys on keys.delivery_id = deliveries.id
         where deliveries.staff_id = ${staffId} and keys.deadline_id = ${deadlineId}
        union all
        select run_id, channel, 'excluded', null, reason, detail, null, threshold, null, null, created_at
          from notification_exclusions where staff_id = ${staffId} and deadline_id = ${deadlineId}) outcomes
         order by created_at desc limit 500`,
  );
}
