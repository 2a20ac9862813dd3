import type { ContentRef } from '../../domain/runs/content-ref.js';
import type { StepName } from '../../domain/sessions/state.js';
import { blobCtes, refOf, type NewBlob } from '../runs/blobs.js';
import { settleCtes, type BudgetState, type Settlement, type TryPlace } from './budgets.js';
import type { StepError } from './steps.js';
import { maybeOne, one, prepared, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * A try of a step, opened before the model is called and closed after it. Each is a single statement: every step pays
 * for it, and a round trip costs more than the rows.
 *
 * T1. The first close of a try decides. A later try closes the ones before it, a redo or an end closes the step. A try
 *     that was closed from outside changes neither the step nor the state, and publishes nothing.
 * T2. A try is settled once. A try whose step was abandoned still settles what it used; a lost one is settled for it.
 * T3. No try opens in an ended run, in a closed step, or behind a later try of its step.
 * T4. Opening and closing twice is doing it once: the answer to a commit may be lost with its connection.
 * T5. A lost or stopped worker is not a failure of the step: such tries are recorded and not counted.
 * T6. A step ahead of its workflow does not begin after the recall. The run's lock puts both in an order.
 */
export interface StepPlace extends TryPlace {
  readonly phase: number;
  readonly step: StepName;
  readonly attempt: number;
}

/** The worker stopped, without a word or with one, before the try ended. Neither counts (T5). */
export const workerLost = {
  code: 'worker_lost',
  message: 'the worker stopped before the try ended',
} as const;
export const workerStopped = {
  code: 'worker_stopped',
  message: 'the worker was stopped; another one goes on with the step',
} as const;

/** For a step that an activity runs behind its own. Whether it may begin anew, and not only go on. */
export interface AheadOf {
  readonly firstId: string;
  readonly mayBegin: boolean;
}

/** Keeps what is sent, opens the step's row (once) and this try's row. Undefined when the try may not open (T3, T6). */
export function openTry(
  tx: Tx,
  place: StepPlace,
  given: { stepKey: string; prompt: NewBlob; modelAsked: string; aheadOf?: AheadOf | null },
): Promise<{ failures: number } | undefined> {
  const { sessionId, stepId, attemptNumber } = place;
  const ref = refOf(given.prompt);
  const { firstId = null, mayBegin = true } = given.aheadOf ?? {};
  return maybeOne<{ failures: number }>(
    tx,
    prepared(
      'steps.open_try',
      sql`with ${blobCtes(sessionId, given.prompt, ref)},
        place as (
          select id from runs
           where id = ${sessionId} and finished_at is null
             and not exists (select from session_steps where id = ${stepId} and status <> 'running')
             and not exists (select from session_step_tries
                              where step_id = ${stepId}
                                and (try > ${attemptNumber} or try = ${attemptNumber} and finished_at is not null))
             and (${firstId}::text is null
                  or exists (select from session_steps where id = ${stepId})
                  or ${mayBegin}::boolean
                     and not exists (select from sessions
                                      where run_id = ${sessionId} and recalled_step >= ${firstId} collate "C"))),
        opened as (
          insert into session_steps
            (id, run_id, phase, step, attempt, status, step_key, prompt_sha256, model_asked, started_at)
          select ${stepId}, place.id, ${place.phase}::integer, ${place.step}, ${place.attempt}::integer, 'running',
                 ${given.stepKey}, ${ref.sha256}, ${given.modelAsked}, clock_timestamp()
            from place
          on conflict (id) do nothing),
        begun as (
          insert into session_step_tries (step_id, try) select ${stepId}, ${attemptNumber}::integer from place
          on conflict (step_id, try) do nothing)
        select (select count(*) from session_step_tries
                 where step_id = ${stepId}
                   and error->>'code' <> all(${[workerLost.code, workerStopped.code]}::text[])) as failures
          from place`,
    ),
  );
}

/** As a condition: the try is open. */
export function tryIsOpen({ stepId, attemptNumber }: TryPlace): Sql {
  return sql`and exists (select from session_step_tries
                          where step_id = ${stepId} and try = ${attemptNumber} and finished_at is null)`;
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

/** As a condition: the try ended so, and the step with it. */
export function tryEndedSo({ stepId, attemptNumber }: TryPlace, end: TryEnd): Sql {
  const code = end.status === 'completed' ? null : end.error.code;
  return sql`and exists (select from session_step_tries t join session_steps s on s.id = t.step_id
                          where t.step_id = ${stepId} and t.try = ${attemptNumber} and t.finished_at is not null
                            and t.error->>'code' is not distinct from ${code}::text and s.status = ${end.status})`;
}

export interface ClosedTry extends BudgetState {
  /** False when the step had been closed already: then only the use was recorded. */
  readonly closedStep: boolean;
}

/**
 * Closes a try, and the step with it unless another try comes. Its usage is added to the step and settled with the
 * budget: failed tries count. A result is stored and shown to readers and forks at once. Undefined when the try had
 * been settled before (T2): then nothing changes.
 */
export function closeTry(
  tx: Tx,
  place: StepPlace,
  { end, settled }: { readonly end: TryEnd; readonly settled: Settlement & { readonly usage: TryUsage } },
): Promise<ClosedTry | undefined> {
  const done = end.status === 'completed' ? end.done : undefined;
  const stored = done === undefined ? sql`` : sql`${blobCtes(place.sessionId, done.output, done.ref)},`;
  const state = done === undefined ? sql`state` : stateWith(place, done.ref);
  return maybeOne<ClosedTry>(
    tx,
    prepared(
      'steps.close_try',
      sql`with ${stored} ${endCtes(place, settled.usage, end)}, ${settleCtes(place.sessionId, settled, state)}
        select settled.*, exists (select from closed) as "closedStep" from settled`,
    ),
  );
}

function endCtes(place: StepPlace, usage: TryUsage, end: TryEnd): Sql {
  const error = end.status === 'completed' ? null : end.error;
  const done = end.status === 'completed' ? end.done : undefined;
  const lasting = end.status === 'running' ? null : error;
  return sql`ended as (
          update session_step_tries
             set finished_at = coalesce(finished_at, clock_timestamp()), settled = true,
                 model_used = ${usage.modelUsed}, tokens_in = ${usage.tokensIn}, tokens_out = ${usage.tokensOut},
                 cost_usd = ${usage.costUsd}, error = coalesce(error, ${error})
           where step_id = ${place.stepId} and try = ${place.attemptNumber} and not settled
          returning step_id, reserved_tokens, reserved_cost_usd),
        -- A step of the same key that is completed is this step's checkpoint: there is one of each key.
        decisive as (
          select step_id from ended join session_steps s on s.id = step_id
           where s.status = 'running'
             and not exists (select from session_steps other
                              where other.run_id = s.run_id and other.step_key = s.step_key
                                and other.status = 'completed')),
        abandoned as (
          update session_steps set ${withUsage(usage)}
            from ended where id = ended.step_id and not exists (select from decisive)),
        closed as (
          update session_steps
             set ${withUsage(usage)}, status = ${end.status}, error = ${lasting},
                 finished_at = case when ${end.status}::text = 'running' then null else clock_timestamp() end,
                 output_sha256 = ${done?.ref.sha256 ?? null}, output_bytes = ${done?.ref.bytes ?? null}::integer,
                 provider = ${done?.provider ?? null}, model_used = ${done?.modelUsed ?? null},
                 finish_reason = ${done?.finishReason ?? null}, ttft_ms = ${done?.ttftMs ?? null}::integer,
                 tool_calls = ${JSON.stringify(done?.toolCalls ?? [])}
            from decisive where id = decisive.step_id
          returning id)`;
}

function withUsage(usage: TryUsage): Sql {
  return sql`tokens_in = tokens_in + ${usage.tokensIn}, tokens_out = tokens_out + ${usage.tokensOut},
             tokens_cached = tokens_cached + ${usage.tokensCached},
             tokens_reasoning = tokens_reasoning + ${usage.tokensReasoning},
             cost_usd = case when tokens_in + tokens_out = 0 then ${usage.costUsd}::numeric
                             else cost_usd + ${usage.costUsd}::numeric end`;
}

/** The output of a step, or of one with the same key: another try may have closed it. */
export async function findStepOutput(
  db: Db,
  { sessionId, stepId }: TryPlace,
  stepKey: string,
): Promise<string | undefined> {
  const row = await maybeOne<{ sha256: string }>(
    db,
    sql`select output_sha256 as sha256 from session_steps
         where run_id = ${sessionId} and (id = ${stepId} or step_key = ${stepKey}) and status = 'completed'`,
  );
  return row?.sha256;
}

/** The state that readers and forks see, with the step's result, unless the step or its attempt was abandoned. */
function stateWith(place: StepPlace, ref: ContentRef): Sql {
  const index = String(place.phase - 1);
  const result = { stepId: place.stepId, attempt: place.attempt, ref };
  const output = place.step === 'INTEGRATE' ? ref : null;
  return sql`case when exists (select from closed)
                   and (state #>> ${['phases', index, 'attempt']}::text[])::int = ${place.attempt}
                  then jsonb_set(
                       case when ${output}::jsonb is null then state
                            else jsonb_set(state, ${['phases', index, 'output']}::text[], ${output}::jsonb) end,
                       ${['phases', index, 'results', place.step]}::text[], ${result}::jsonb)
                  else state end`;
}
