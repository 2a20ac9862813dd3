import { attemptedStatuses } from '../../domain/notifications/planning-facts.js';
import { many, one, sql, type Db, type Sql } from '../base/sql.js';

/** From `since` (without it) to `until` (with it), by the clock of the database. */
export interface Span {
  readonly since: string;
  readonly until: string;
}

/** A row is visible some time after the moment that it names. Only what is older than that is counted, once. */
export async function settledMoment(db: Db, settleMs: number): Promise<string> {
  const { moment } = await one<{ moment: string }>(
    db,
    sql`select clock_timestamp() - ${settleMs} * interval '1 millisecond' as moment`,
  );
  return moment;
}

const within = (moment: Sql, { since, until }: Span): Sql =>
  sql`${moment} > ${since}::timestamptz and ${moment} <= ${until}::timestamptz`;

export interface EndedRuns {
  readonly kind: string;
  readonly status: string;
  readonly count: number;
  readonly seconds: number;
}

export function countEndedRuns(db: Db, span: Span): Promise<EndedRuns[]> {
  return many(
    db,
    sql`select kind, status, count(*) as count,
               coalesce(sum(extract(epoch from finished_at - started_at)), 0)::float8 as seconds
          from runs where ${within(sql`finished_at`, span)} group by 1, 2`,
  );
}

export interface EndedSteps {
  readonly step: string;
  readonly status: string;
  readonly count: number;
  readonly retries: number;
  readonly seconds: number;
}

/** Steps that a fork took over did not run. */
const ran = (span: Span): Sql => sql`origin_step_id is null and ${within(sql`finished_at`, span)}`;

export function countEndedSteps(db: Db, span: Span): Promise<EndedSteps[]> {
  return many(
    db,
    sql`select step, status, count(*) as count,
               coalesce(sum(extract(epoch from finished_at - started_at)), 0)::float8 as seconds,
               coalesce(sum(greatest((select count(*) from session_step_tries where step_id = id) - 1, 0)), 0)::bigint as retries
          from session_steps where ${ran(span)} group by 1, 2`,
  );
}

export interface ModelUse {
  readonly provider: string;
  readonly model: string;
  readonly status: string;
  readonly count: number;
  readonly in: number;
  readonly out: number;
  readonly cached: number;
  readonly reasoning: number;
  readonly costUsd: number;
}

export function countModelUse(db: Db, span: Span): Promise<ModelUse[]> {
  return many(
    db,
    sql`select coalesce(provider, 'unknown') as provider, coalesce(model_used, model_asked, 'unknown') as model, status,
               count(*) as count, sum(tokens_in)::bigint as "in", sum(tokens_out)::bigint as "out",
               sum(tokens_cached)::bigint as cached, sum(tokens_reasoning)::bigint as reasoning,
               coalesce(sum(cost_usd), 0)::float8 as "costUsd"
          from session_steps where ${ran(span)} and status in ('completed', 'failed') group by 1, 2, 3`,
  );
}

export function countDecidedGates(db: Db, span: Span): Promise<{ status: string; count: number }[]> {
  return many(
    db,
    sql`select status, count(*) as count from gates
         where ${within(sql`decided_at`, span)} and status <> 'waiting' group by 1`,
  );
}

export function countEndedMessages(
  db: Db,
  span: Span,
): Promise<{ channel: string; status: string; count: number }[]> {
  return many(
    db,
    sql`select channel, status, count(*) as count from notification_deliveries
         where status = any(${[...attemptedStatuses]}) and ${within(sql`updated_at`, span)} group by 1, 2`,
  );
}

export function countEndedDeliveries(db: Db, span: Span): Promise<{ status: string; count: number }[]> {
  return many(
    db,
    sql`select status, count(*) as count from webhook_deliveries
         where ${within(sql`finished_at`, span)} group by 1`,
  );
}
