import type { StepName } from '../domain/session-state.js';
import { execute, maybeOne, sql, type Db } from './sql.js';

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

/** Opens the step's row (once) and this try's row, in the caller's transaction. */
export async function beginTry(
  db: Db,
  place: StepPlace,
  given: { attemptNumber: number; stepKey: string; promptSha256: string; modelAsked: string },
): Promise<BegunTry> {
  await execute(
    db,
    sql`insert into session_steps (id, run_id, phase, step, attempt, status, step_key, prompt_sha256, model_asked, started_at)
        values (${place.stepId}, ${place.sessionId}, ${place.phase}, ${place.step}, ${place.attempt}, 'running',
                ${given.stepKey}, ${given.promptSha256}, ${given.modelAsked}, clock_timestamp())
        on conflict (id) do nothing`,
  );
  const lost = await maybeOne<{ try: number }>(
    db,
    sql`update session_step_tries
           set finished_at = clock_timestamp(), error = '{"code":"worker_lost","message":"the worker stopped before the try ended"}'
         where step_id = ${place.stepId} and finished_at is null and try < ${given.attemptNumber}
        returning try`,
  );
  await execute(
    db,
    sql`insert into session_step_tries (step_id, try) values (${place.stepId}, ${given.attemptNumber})
        on conflict (step_id, try) do nothing`,
  );
  return { lostTry: lost?.try ?? null };
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

/** Closes a try, successful or not, and adds what it used to the step: failed tries count. */
export async function endTry(
  db: Db,
  stepId: string,
  attemptNumber: number,
  outcome: { usage: TryUsage; error: StepError | null },
): Promise<void> {
  const { usage, error } = outcome;
  await execute(
    db,
    sql`with ended as (
          update session_step_tries
             set finished_at = clock_timestamp(), model_used = ${usage.modelUsed}, tokens_in = ${usage.tokensIn},
                 tokens_out = ${usage.tokensOut}, cost_usd = ${usage.costUsd}, error = ${error}
           where step_id = ${stepId} and try = ${attemptNumber} and finished_at is null
          returning step_id)
        update session_steps
           set tokens_in = tokens_in + ${usage.tokensIn}, tokens_out = tokens_out + ${usage.tokensOut},
               tokens_cached = tokens_cached + ${usage.tokensCached},
               tokens_reasoning = tokens_reasoning + ${usage.tokensReasoning},
               cost_usd = case when tokens_in + tokens_out = 0 then ${usage.costUsd}::numeric
                               else cost_usd + ${usage.costUsd}::numeric end
          from ended where id = ended.step_id`,
  );
}

export async function completeStep(
  db: Db,
  stepId: string,
  result: {
    outputSha256: string;
    outputBytes: number;
    provider: string;
    modelUsed: string;
    finishReason: string;
    ttftMs: number | null;
    toolCalls: unknown;
  },
): Promise<void> {
  await execute(
    db,
    sql`update session_steps
           set status = 'completed', finished_at = clock_timestamp(), output_sha256 = ${result.outputSha256},
               output_bytes = ${result.outputBytes}, provider = ${result.provider}, model_used = ${result.modelUsed},
               finish_reason = ${result.finishReason}, ttft_ms = ${result.ttftMs},
               tool_calls = ${JSON.stringify(result.toolCalls)}, error = null
         where id = ${stepId} and status = 'running'`,
  );
}

/** A step whose retries are used up, or that a person's decision abandoned. */
export async function closeStep(
  db: Db,
  stepId: string,
  status: 'failed' | 'canceled',
  error: StepError | null,
): Promise<void> {
  await execute(
    db,
    sql`update session_steps set status = ${status}, finished_at = clock_timestamp(), error = ${error}
         where id = ${stepId} and status = 'running'`,
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
