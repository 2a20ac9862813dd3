import type { StepName } from '../../domain/sessions/state.js';
import type { estimateBases } from '../../contracts/sessions/answers.js';
import { execute, many, one, sql, type Db } from '../base/sql.js';

export interface StepError {
  code: string;
  message: string;
}

/**
 * The steps of a session that were running when its machine went on without them. Their tries are closed, not settled:
 * the worker that is at one still says what it used.
 */
export async function closeRunningSteps(
  db: Db,
  sessionId: string,
  { status, error }: { readonly status: 'failed' | 'canceled'; readonly error: StepError | null },
): Promise<void> {
  await execute(
    db,
    sql`with closed as (
          update session_steps set status = ${status}, finished_at = clock_timestamp(), error = ${error}
           where run_id = ${sessionId} and status = 'running'
          returning id)
        update session_step_tries set finished_at = clock_timestamp(), error = coalesce(${error}::jsonb, '{"code":"Canceled","message":"abandoned"}')
          from closed where step_id = closed.id and session_step_tries.finished_at is null`,
  );
}

/** The steps of a workflow run before a reset. `own` are those that may run now, and the ledger shows no other. */
export async function closeOtherSteps(db: Db, sessionId: string, own: readonly string[]): Promise<void> {
  await execute(
    db,
    sql`with closed as (
          update session_steps set status = 'canceled', finished_at = clock_timestamp()
           where run_id = ${sessionId} and status = 'running' and not id = any(${own}::text[])
          returning id)
        update session_step_tries
           set finished_at = clock_timestamp(), error = '{"code":"Canceled","message":"abandoned by a reset"}'
          from closed where step_id = closed.id and session_step_tries.finished_at is null`,
  );
}

/** Hashes of what was sent for these steps. */
export async function promptsOf(db: Db, stepIds: readonly string[]): Promise<string[]> {
  const rows = await many<{ sha256: string }>(
    db,
    sql`select prompt_sha256 as sha256 from session_steps
         where id = any(${[...stepIds]}::text[]) and prompt_sha256 is not null`,
  );
  return rows.map((row) => row.sha256);
}

/** Takes finished steps over into a fork: the same content, nothing paid, and a word of where it comes from. */
export async function copySteps(db: Db, forkId: string, newIds: ReadonlyMap<string, string>): Promise<void> {
  await execute(
    db,
    sql`insert into session_steps (id, run_id, phase, step, attempt, status, step_key, prompt_sha256, output_sha256,
                                   output_bytes, origin_step_id, model_asked, model_used, provider, finish_reason,
                                   queued_at, started_at, finished_at)
        select fresh.id, ${forkId}, phase, step, 1, status, null, prompt_sha256, output_sha256, output_bytes,
               coalesce(origin_step_id, session_steps.id), model_asked, model_used, provider, finish_reason,
               now(), started_at, finished_at
          from session_steps
          join unnest(${[...newIds.keys()]}::text[], ${[...newIds.values()]}::text[]) as fresh (origin, id)
            on session_steps.id = fresh.origin`,
  );
}

/** Null where nothing like it has ever run. */
export interface Estimate {
  readonly estimatedTokens: number | null;
  readonly estimatedCostUsd: number | null;
  readonly estimatedMs: number | null;
  readonly basis: (typeof estimateBases)[number];
}

const NOTHING_TO_RUN: Estimate = {
  estimatedTokens: 0,
  estimatedCostUsd: 0,
  estimatedMs: 0,
  basis: 'none',
};

/**
 * An estimate of these steps' usage: as in this session last time, else as the template's steps on average. The usage
 * of steps that a fork took over is read in the session that paid for them.
 */
export async function estimateSteps(
  db: Db,
  session: { sessionId: string; templateName: string; templateVersion: number },
  places: readonly { phase: number; step: StepName }[],
): Promise<Estimate> {
  if (places.length === 0) return NOTHING_TO_RUN;
  return one<Estimate>(
    db,
    sql`with place as (
          select * from unnest(${places.map((each) => each.phase)}::int[], ${places.map((each) => each.step)}::text[])
                     as place (phase, step)),
        used as (
          select own.tokens, own.cost, own.ms,
                 average.tokens as average_tokens, average.cost as average_cost, average.ms as average_ms
            from place
            left join lateral (
              select paid.tokens_in + paid.tokens_out as tokens, paid.cost_usd as cost,
                     extract(epoch from paid.finished_at - paid.started_at) * 1000 as ms
                from session_steps as last
                join session_steps as paid on paid.id = coalesce(last.origin_step_id, last.id)
               where last.run_id = ${session.sessionId} and last.phase = place.phase and last.step = place.step
                 and last.status = 'completed'
               order by last.attempt desc, last.id desc limit 1) as own on true
            left join lateral (
              select avg(tokens) as tokens, avg(cost) as cost, avg(ms) as ms from (
                select tokens_in + tokens_out as tokens, cost_usd as cost,
                       extract(epoch from session_steps.finished_at - session_steps.started_at) * 1000 as ms
                  from session_steps
                  join sessions on sessions.run_id = session_steps.run_id
                 where template_name = ${session.templateName} and template_version = ${session.templateVersion}
                   and phase = place.phase and step = place.step and status = 'completed' and origin_step_id is null
                 order by session_steps.finished_at desc limit 50) as recent) as average on own.tokens is null)
        select sum(coalesce(tokens, average_tokens))::int8 as "estimatedTokens",
               sum(coalesce(cost, average_cost))::float8 as "estimatedCostUsd",
               sum(coalesce(ms, average_ms))::int8 as "estimatedMs",
               case when bool_and(tokens is not null) then 'last_run'
                    when bool_or(coalesce(tokens, average_tokens) is not null) then 'template_average'
                    else 'none' end as basis
          from used`,
  );
}
