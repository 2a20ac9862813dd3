import type { StepName } from '../domain/session-state.js';
import { execute, many, maybeOne, one, sql, type Db } from './sql.js';

export interface StepPlace {
  readonly sessionId: string;
  readonly stepId: string;
  readonly phase: number;
  readonly step: StepName;
  readonly attempt: number;
}

export interface Checkpoint {
  stepId: string;
  sha256: string;
  bytes: number;
}

/** The finished row with this key, if the step was done before: its result is taken, never paid for again. */
export async function findCheckpoint(
  db: Db,
  sessionId: string,
  stepKey: string,
): Promise<Checkpoint | undefined> {
  return maybeOne<{ stepId: string; sha256: string; bytes: number }>(
    db,
    sql`select id as "stepId", output_sha256 as sha256, output_bytes as bytes
          from session_steps
         where run_id = ${sessionId} and step_key = ${stepKey} and status = 'completed'`,
  );
}

export interface BegunTry {
  /** Set when the try before this one never ended: its worker died, and nobody knows what it had cost. */
  lostTry: number | null;
}

/** Opens the step's row (once) and this try's row, in the caller's transaction. One statement: every step pays for it. */
export async function beginTry(
  db: Db,
  place: StepPlace,
  given: { attemptNumber: number; stepKey: string; promptSha256: string; modelAsked: string },
): Promise<BegunTry> {
  return one<{ lostTry: number | null }>(
    db,
    sql`with opened as (
          insert into session_steps
            (id, run_id, phase, step, attempt, status, step_key, prompt_sha256, model_asked, started_at)
          values (${place.stepId}, ${place.sessionId}, ${place.phase}, ${place.step}, ${place.attempt}, 'running',
                  ${given.stepKey}, ${given.promptSha256}, ${given.modelAsked}, clock_timestamp())
          on conflict (id) do nothing),
        lost as (
          update session_step_tries
             set finished_at = clock_timestamp(),
                 error = '{"code":"worker_lost","message":"the worker stopped before the try ended"}'
           where step_id = ${place.stepId} and finished_at is null and try < ${given.attemptNumber}
          returning try),
        begun as (
          insert into session_step_tries (step_id, try) values (${place.stepId}, ${given.attemptNumber})
          on conflict (step_id, try) do nothing)
        select max(try) as "lostTry" from lost`,
  );
}

export interface TryUsage {
  modelUsed: string | null;
  tokensIn: number;
  tokensOut: number;
  tokensCached: number;
  tokensReasoning: number;
  /** Null as soon as the price of one call is not known. */
  costUsd: number | null;
}

export interface StepError {
  code: string;
  message: string;
}

export interface StepDone {
  readonly outputSha256: string;
  readonly outputBytes: number;
  readonly provider: string;
  readonly modelUsed: string;
  readonly finishReason: string;
  readonly ttftMs: number | null;
  readonly toolCalls: unknown;
}

/** How a try ended: with the step's result, for good without one, or with another try to come. */
export type TryEnd =
  | { readonly status: 'completed'; readonly done: StepDone }
  | { readonly status: 'failed' | 'canceled' | 'running'; readonly error: StepError };

/** Closes a try, and the step with it unless another try comes. What it used is added to the step: failed tries count. */
export async function endTry(
  db: Db,
  place: { readonly stepId: string; readonly attemptNumber: number },
  usage: TryUsage,
  end: TryEnd,
): Promise<void> {
  const error = end.status === 'completed' ? null : end.error;
  const done = end.status === 'completed' ? end.done : undefined;
  const lasting = end.status === 'running' ? null : error;
  await execute(
    db,
    sql`with ended as (
          update session_step_tries
             set finished_at = clock_timestamp(), model_used = ${usage.modelUsed}, tokens_in = ${usage.tokensIn},
                 tokens_out = ${usage.tokensOut}, cost_usd = ${usage.costUsd}, error = ${error}
           where step_id = ${place.stepId} and try = ${place.attemptNumber} and finished_at is null
          returning step_id)
        update session_steps
           set tokens_in = tokens_in + ${usage.tokensIn}, tokens_out = tokens_out + ${usage.tokensOut},
               tokens_cached = tokens_cached + ${usage.tokensCached},
               tokens_reasoning = tokens_reasoning + ${usage.tokensReasoning},
               cost_usd = case when tokens_in + tokens_out = 0 then ${usage.costUsd}::numeric
                               else cost_usd + ${usage.costUsd}::numeric end,
               status = ${end.status}, error = ${lasting},
               finished_at = case when ${end.status}::text = 'running' then null else clock_timestamp() end,
               output_sha256 = ${done?.outputSha256 ?? null}, output_bytes = ${done?.outputBytes ?? null}::integer,
               provider = ${done?.provider ?? null}, model_used = ${done?.modelUsed ?? null},
               finish_reason = ${done?.finishReason ?? null}, ttft_ms = ${done?.ttftMs ?? null}::integer,
               tool_calls = ${JSON.stringify(done?.toolCalls ?? [])}
          from ended where id = ended.step_id and status = 'running'`,
  );
}

/** The steps of a session that were running when its machine went on without them. */
export async function closeRunningSteps(
  db: Db,
  sessionId: string,
  status: 'failed' | 'canceled',
  error: StepError | null,
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

export interface Estimate {
  /** Null where nothing like it has ever run. */
  estimatedTokens: number | null;
  estimatedCostUsd: number | null;
}

/** Roughly what these steps will use: as they did in this session last time, else as the template's steps do on average. */
export async function estimateSteps(
  db: Db,
  session: { sessionId: string; templateName: string; templateVersion: number },
  places: readonly { phase: number; step: StepName }[],
): Promise<Estimate> {
  const row = await maybeOne<Estimate & Record<string, unknown>>(
    db,
    sql`with place as (
          select * from unnest(${places.map((each) => each.phase)}::int[], ${places.map((each) => each.step)}::text[])
                     as place (phase, step)),
        used as (
          select own.tokens, own.cost, average.tokens as average_tokens, average.cost as average_cost
            from place
            left join lateral (
              select tokens_in + tokens_out as tokens, cost_usd as cost from session_steps
               where run_id = ${session.sessionId} and phase = place.phase and step = place.step and status = 'completed'
               order by attempt desc, id desc limit 1) as own on true
            left join lateral (
              select avg(tokens_in + tokens_out) as tokens, avg(cost_usd) as cost from (
                select tokens_in, tokens_out, cost_usd from session_steps
                  join sessions on sessions.run_id = session_steps.run_id
                 where template_name = ${session.templateName} and template_version = ${session.templateVersion}
                   and phase = place.phase and step = place.step and status = 'completed' and origin_step_id is null
                 order by session_steps.finished_at desc limit 50) as recent) as average on own.tokens is null)
        select sum(coalesce(tokens, average_tokens))::int8 as "estimatedTokens",
               sum(coalesce(cost, average_cost))::float8 as "estimatedCostUsd"
          from used`,
  );
  return row ?? { estimatedTokens: null, estimatedCostUsd: null };
}
