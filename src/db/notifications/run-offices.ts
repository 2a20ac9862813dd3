import type { Drifted } from '../../domain/notifications/drift.js';
import { execute, many, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';
import { cancelRunGates } from './run-gates.js';
import type { OfficeClaim } from './sending.js';

export interface OfficeCounts {
  readonly email_sent: number;
  readonly email_failed: number;
  readonly push_sent: number;
  readonly push_failed: number;
  readonly unknown: number;
}

/** Counted from the messages themselves: however often the office was begun, each counts once. */
const counted = ({ runId, officeId }: Pick<OfficeClaim, 'runId' | 'officeId'>): Sql => sql`
  select count(*) filter (where channel = 'email' and status = 'sent')::integer as email_sent,
         count(*) filter (where channel = 'email' and status = 'failed')::integer as email_failed,
         count(*) filter (where channel = 'push' and status = 'sent')::integer as push_sent,
         count(*) filter (where channel = 'push' and status = 'failed')::integer as push_failed,
         count(*) filter (where status = 'unknown')::integer as unknown
    from notification_deliveries where run_id = ${runId} and office_id = ${officeId}`;

const setCounts = sql`email_sent = counts.email_sent, email_failed = counts.email_failed,
  push_sent = counts.push_sent, push_failed = counts.push_failed, unknown = counts.unknown`;

/** Undefined: it was finished before, or another try has it. */
export function finishOffice(tx: Tx, office: OfficeClaim): Promise<OfficeCounts | undefined> {
  return maybeOne<OfficeCounts>(
    tx,
    sql`update notification_run_offices offices
           set status = 'done', error = null, ${setCounts}, updated_at = clock_timestamp()
          from (${counted(office)}) as counts
         where offices.run_id = ${office.runId} and offices.office_id = ${office.officeId}
           and offices.claim = ${office.claim} and offices.status = 'planned'
        returning offices.email_sent, offices.email_failed, offices.push_sent, offices.push_failed, offices.unknown`,
  );
}

export function findOfficeCounts(
  db: Db,
  office: Pick<OfficeClaim, 'runId' | 'officeId'>,
): Promise<OfficeCounts | undefined> {
  return maybeOne<OfficeCounts>(
    db,
    sql`select email_sent, email_failed, push_sent, push_failed, unknown from notification_run_offices
         where run_id = ${office.runId} and office_id = ${office.officeId}`,
  );
}

/** Keeps why a try of an office failed: the last one stands when its tries are used up. */
export async function noteOfficeError(
  db: Db,
  { runId, officeId }: Pick<OfficeClaim, 'runId' | 'officeId'>,
  error: string,
): Promise<void> {
  await execute(
    db,
    sql`update notification_run_offices set error = ${error}, updated_at = clock_timestamp()
         where run_id = ${runId} and office_id = ${officeId} and status = 'planned'`,
  );
}

/** Messages under way at the end of the last try are unknown. Later runs may send those that had not begun. */
export async function failOffices(
  tx: Tx,
  runId: string,
  officeIds: readonly string[],
): Promise<FailedOffice[]> {
  await giveUpPlanned(
    tx,
    sql`run_id = ${runId} and office_id = any(${[...officeIds]}::text[])`,
    'office_failed',
  );
  return many<FailedOffice>(
    tx,
    sql`update notification_run_offices offices
           set status = 'failed', error = coalesce(error, 'it could not be served'), claim = null, ${setCounts},
               updated_at = clock_timestamp()
          from (select office_id,
                       count(*) filter (where channel = 'email' and status = 'sent')::integer as email_sent,
                       count(*) filter (where channel = 'email' and status = 'failed')::integer as email_failed,
                       count(*) filter (where channel = 'push' and status = 'sent')::integer as push_sent,
                       count(*) filter (where channel = 'push' and status = 'failed')::integer as push_failed,
                       count(*) filter (where status = 'unknown')::integer as unknown
                  from notification_deliveries
                 where run_id = ${runId} and office_id = any(${[...officeIds]}::text[]) group by office_id) as counts
         where offices.run_id = ${runId} and offices.office_id = counts.office_id and offices.status = 'planned'
        returning offices.office_id, offices.error`,
  );
}

export interface FailedOffice {
  readonly office_id: string;
  readonly error: string;
}

/** The run ends before its time: nobody will send what it had planned. */
export async function abandonRun(tx: Tx, runId: string): Promise<void> {
  await giveUpPlanned(tx, sql`run_id = ${runId}`, 'run_canceled');
  await cancelRunGates(tx, runId);
  await execute(
    tx,
    sql`update notification_run_offices set status = 'canceled', claim = null, updated_at = clock_timestamp()
         where run_id = ${runId} and status = 'planned'`,
  );
}

async function giveUpPlanned(tx: Tx, which: Sql, reason: string): Promise<void> {
  await execute(
    tx,
    sql`with skipped as (
          update notification_deliveries set status = 'skipped', reason = ${reason}, updated_at = clock_timestamp()
           where ${which} and status = 'planned' returning id),
        lost as (
          update notification_deliveries
             set status = 'unknown', reason = 'worker_lost', updated_at = clock_timestamp()
           where ${which} and status = 'sending')
        update notification_keys set void = true from skipped where delivery_id = skipped.id`,
  );
}

export interface RunTotals extends OfficeCounts {
  readonly planned_email: number;
  readonly planned_push: number;
  readonly held: number;
  readonly offices: number;
}

export function readTotals(db: Db, runId: string): Promise<RunTotals> {
  return one<RunTotals>(
    db,
    sql`select count(*) filter (where status = 'done')::integer as offices,
               coalesce(sum(email_sent), 0)::integer as email_sent,
               coalesce(sum(email_failed), 0)::integer as email_failed,
               coalesce(sum(push_sent), 0)::integer as push_sent,
               coalesce(sum(push_failed), 0)::integer as push_failed, coalesce(sum(unknown), 0)::integer as unknown,
               coalesce(sum(held), 0)::integer as held, coalesce(sum(planned_email), 0)::integer as planned_email,
               coalesce(sum(planned_push), 0)::integer as planned_push
          from notification_run_offices where run_id = ${runId}`,
  );
}

export function listFailedOffices(db: Db, runId: string): Promise<FailedOffice[]> {
  return many<FailedOffice>(
    db,
    sql`select office_id, error from notification_run_offices
         where run_id = ${runId} and status = 'failed' order by office_id`,
  );
}

export interface RunOffice extends OfficeCounts {
  readonly office_id: string;
  readonly name: string;
  readonly status: 'planned' | 'done' | 'failed' | 'canceled';
  readonly planned_email: number;
  readonly planned_push: number;
  readonly held: number;
  readonly error: string | null;
  readonly updated_at: string;
}

export function listRunOffices(
  db: Db,
  runId: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<RunOffice[]> {
  return many<RunOffice>(
    db,
    sql`select office_id, office_name as name, status, planned_email, planned_push, held, email_sent, email_failed,
               push_sent, push_failed, unknown, error, updated_at
          from notification_run_offices where run_id = ${runId} and office_id > ${after}
         order by office_id limit ${limit}`,
  );
}

export function listDrift(db: Db, runId: string): Promise<{ office_id: string; drift: Drifted[] }[]> {
  return many(
    db,
    sql`select office_id, facts -> 'drift' as drift from notification_run_offices
         where run_id = ${runId} and jsonb_array_length(coalesce(facts -> 'drift', '[]')) > 0 order by office_id`,
  );
}

export function listSamples(db: Db, runId: string, limit: number): Promise<{ sample: object }[]> {
  return many(
    db,
    sql`select plan -> 'sample' as sample from notification_run_offices
         where run_id = ${runId} and jsonb_typeof(plan -> 'sample') = 'object' order by office_id limit ${limit}`,
  );
}

/** The HTML of the mail that a dry run would send to somebody of this office. */
export function findSampleHtml(
  db: Db,
  runId: string,
  officeId: string,
): Promise<{ html: string | null } | undefined> {
  return maybeOne(
    db,
    sql`select plan -> 'sample' ->> 'html' as html from notification_run_offices
         where run_id = ${runId} and office_id = ${officeId}`,
  );
}
