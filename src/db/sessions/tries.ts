import type { ContentRef } from '../../domain/runs/content-ref.js';
import type { StepName } from '../../domain/sessions/state.js';
import { blobCtes, refOf, type NewBlob } from '../runs/blobs.js';
import { settleCtes, type BudgetState, type Settlement } from './budgets.js';
import type { StepError } from './steps.js';
import { execute, one, prepared, sql, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * A try of a step, opened before the model is called and closed after it. Each is one statement, whatever it writes:
 * every step pays for it, and a round trip costs more than the rows.
 */
export interface StepPlace {
  readonly sessionId: string;
  readonly stepId: string;
  readonly phase: number;
  readonly step: StepName;
  readonly attempt: number;
}

/** Keeps what is sent, opens the step's row (once) and this try's row. */
export async function openTry(
  tx: Tx,
  place: StepPlace,
  given: { attemptNumber: number; stepKey: string; prompt: NewBlob; modelAsked: string },
): Promise<void> {
  const ref = refOf(given.prompt);
  await execute(
    tx,
    prepared(sql`with ${blobCtes(place.sessionId, given.prompt, ref)},
        opened as (
          insert into session_steps
            (id, run_id, phase, step, attempt, status, step_key, prompt_sha256, model_asked, started_at)
          values (${place.stepId}, ${place.sessionId}, ${place.phase}, ${place.step}, ${place.attempt}, 'running',
                  ${given.stepKey}, ${ref.sha256}, ${given.modelAsked}, clock_timestamp())
          on conflict (id) do nothing),
        lost as (
          update session_step_tries
             set finished_at = clock_timestamp(),
                 error = '{"code":"worker_lost","message":"the worker stopped before the try ended"}'
           where step_id = ${place.stepId} and finished_at is null and try < ${given.attemptNumber})
        insert into session_step_tries (step_id, try) values (${place.stepId}, ${given.attemptNumber})
        on conflict (step_id, try) do nothing`),
  );
}

/** Null for a step that no worker began. */
export async function lastTryOf(tx: Tx, stepId: string): Promise<number | null> {
  const { last } = await one<{ last: number | null }>(
    tx,
    sql`select max(try) as last from session_step_tries where step_id = ${stepId}`,
  );
  return last;
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

export interface StepDone {
  readonly output: NewBlob;
  readonly ref: ContentRef;
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

/**
 * Closes a try, and the step with it unless another try comes. What it used is added to the step and settled with the
 * budget: failed tries count. A result is stored and shown to readers and forks at once.
 */
export async function closeTry(
  tx: Tx,
  place: StepPlace & { readonly attemptNumber: number },
  end: TryEnd,
  settled: Settlement & { readonly usage: TryUsage },
): Promise<BudgetState> {
  const done = end.status === 'completed' ? end.done : undefined;
  const stored = done === undefined ? sql`` : sql`${blobCtes(place.sessionId, done.output, done.ref)},`;
  const state = done === undefined ? sql`state` : stateWith(place, done.ref);
  return one<BudgetState & Record<string, unknown>>(
    tx,
    prepared(sql`with ${stored} ${endCtes(place, settled.usage, end)}, ${settleCtes(place.sessionId, settled, state)}
        select * from settled`),
  );
}

function endCtes(
  place: { readonly stepId: string; readonly attemptNumber: number },
  usage: TryUsage,
  end: TryEnd,
): Sql {
  const error = end.status === 'completed' ? null : end.error;
  const done = end.status === 'completed' ? end.done : undefined;
  const lasting = end.status === 'running' ? null : error;
  return sql`ended as (
          update session_step_tries
             set finished_at = clock_timestamp(), model_used = ${usage.modelUsed}, tokens_in = ${usage.tokensIn},
                 tokens_out = ${usage.tokensOut}, cost_usd = ${usage.costUsd}, error = ${error}
           where step_id = ${place.stepId} and try = ${place.attemptNumber} and finished_at is null
          returning step_id),
        closed as (
          update session_steps
             set tokens_in = tokens_in + ${usage.tokensIn}, tokens_out = tokens_out + ${usage.tokensOut},
                 tokens_cached = tokens_cached + ${usage.tokensCached},
                 tokens_reasoning = tokens_reasoning + ${usage.tokensReasoning},
                 cost_usd = case when tokens_in + tokens_out = 0 then ${usage.costUsd}::numeric
                                 else cost_usd + ${usage.costUsd}::numeric end,
                 status = ${end.status}, error = ${lasting},
                 finished_at = case when ${end.status}::text = 'running' then null else clock_timestamp() end,
                 output_sha256 = ${done?.ref.sha256 ?? null}, output_bytes = ${done?.ref.bytes ?? null}::integer,
                 provider = ${done?.provider ?? null}, model_used = ${done?.modelUsed ?? null},
                 finish_reason = ${done?.finishReason ?? null}, ttft_ms = ${done?.ttftMs ?? null}::integer,
                 tool_calls = ${JSON.stringify(done?.toolCalls ?? [])}
            from ended where id = ended.step_id and status = 'running')`;
}

/** The state that readers and forks see, with the step's result, unless a redo has abandoned the attempt. */
function stateWith(place: StepPlace, ref: ContentRef): Sql {
  const index = String(place.phase - 1);
  const result = { stepId: place.stepId, attempt: place.attempt, ref };
  const output = place.step === 'INTEGRATE' ? ref : null;
  return sql`case when (state #>> ${['phases', index, 'attempt']}::text[])::int = ${place.attempt}
                  then jsonb_set(
                       case when ${output}::jsonb is null then state
                            else jsonb_set(state, ${['phases', index, 'output']}::text[], ${output}::jsonb) end,
                       ${['phases', index, 'results', place.step]}::text[], ${result}::jsonb)
                  else state end`;
}
