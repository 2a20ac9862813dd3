import type { StepFilters, StepTry, StepView, UsedTotals } from '../../contracts/sessions/ledger.js';
import { headOf } from '../../domain/runs/content-head.js';
import type { StepName } from '../../domain/sessions/state.js';
import type { PageRequest } from '../base/keyset.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import { join, many, maybeOne, sql, type Db, type Sql } from '../base/sql.js';
import { stepNameArray } from './step-order.js';

/** Whether there is such a session for the viewer, and the titles of its phases. */
export function findLedgerOwner(
  db: Db,
  viewer: Viewer,
  id: string,
): Promise<{ titles: string[] } | undefined> {
  return maybeOne<{ titles: string[] }>(
    db,
    sql`select array(select phase->>'title' from jsonb_array_elements(sessions.state->'plan'->'phases') as phase) as titles
          from runs join sessions on sessions.run_id = runs.id
         where runs.id = ${id} and ${visibleTo(viewer)}`,
  );
}

export interface LedgerRow extends Omit<StepView, 'tries'> {
  /** The key of its place in the ledger. */
  readonly at: string;
  readonly toolCalls: unknown[];
}

/** The preview is made of the beginning of the output. */
type LedgerRowWithHead = Omit<LedgerRow, 'outputPreview'> & { head: Buffer | null };

const PREVIEW_BYTES = 1_600;
// A step that was taken over keeps its own time, so a fork's ledger is in order as well.
const at = sql`coalesce(session_steps.started_at, session_steps.queued_at)`;

const columns = sql`session_steps.id, phase, step, attempt, status, prompt_sha256 as "promptDigest",
  output_sha256 as "outputDigest", output_bytes as "outputBytes", origin_step_id as "reusedFrom",
  model_asked as "modelAsked", model_used as "modelUsed", provider, tokens_in as "tokensIn",
  tokens_out as "tokensOut", tokens_cached as "tokensCached", tokens_reasoning as "tokensReasoning",
  cost_usd::float8 as "costUsd", finish_reason as "finishReason", ttft_ms as "ttftMs", error,
  tool_calls as "toolCalls", queued_at as "queuedAt", started_at as "startedAt", finished_at as "finishedAt",
  (extract(epoch from finished_at - started_at) * 1000)::bigint as "durationMs", ${at} as at,
  (select substring(content from 1 for ${PREVIEW_BYTES}) from blobs
    where sha256 = decode(output_sha256, 'hex')) as head`;

/** Steps of one session in the order in which they ran; with a page, `limit + 1` of it. */
export async function listSteps(
  db: Db,
  sessionId: string,
  { filters, page }: { readonly filters: StepFilters; readonly page?: PageRequest | undefined },
): Promise<LedgerRow[]> {
  const window = page === undefined ? sql`true order by ${at}, id` : oldestFirst(page);
  const rows = await many<LedgerRowWithHead>(
    db,
    sql`select ${columns} from session_steps
         where run_id = ${sessionId} and ${matchingSteps(filters)} and ${window}`,
  );
  return rows.map(({ head, ...step }) => ({ ...step, outputPreview: head === null ? null : headOf(head) }));
}

/** A ledger is read from its beginning: the same positions as in every other list, in the other order. */
function oldestFirst({ limit, position }: PageRequest): Sql {
  if (position === undefined) return sql`true order by ${at}, id limit ${limit + 1}`;
  const key = sql`(${position.key.at}::timestamptz, ${position.key.id}::text)`;
  if (position.direction === 'next') {
    const operator = position.inclusive ? sql`>=` : sql`>`;
    return sql`(${at}, id) ${operator} ${key} order by ${at}, id limit ${limit + 1}`;
  }
  const operator = position.inclusive ? sql`<=` : sql`<`;
  return sql`(${at}, id) ${operator} ${key} order by ${at} desc, id desc limit ${limit + 1}`;
}

function matchingSteps(filters: StepFilters): Sql {
  const parts = [sql`true`];
  if (filters.phase !== undefined) parts.push(sql`phase = ${filters.phase}`);
  if (filters.step !== undefined) parts.push(sql`step = ${filters.step}`);
  if (filters.attempt !== undefined) parts.push(sql`attempt = ${filters.attempt}`);
  if (filters.status !== undefined) parts.push(sql`status = ${filters.status}`);
  return join(parts, sql` and `);
}

export async function findStep(
  db: Db,
  {
    viewer,
    sessionId,
    stepId,
  }: { readonly viewer: Viewer; readonly sessionId: string; readonly stepId: string },
): Promise<LedgerRow | undefined> {
  const row = await maybeOne<LedgerRowWithHead>(
    db,
    sql`select ${columns} from session_steps
         where session_steps.id = ${stepId} and run_id = ${sessionId}
           and exists (select from runs where runs.id = run_id and ${visibleTo(viewer)})`,
  );
  if (row === undefined) return undefined;
  const { head, ...step } = row;
  return { ...step, outputPreview: head === null ? null : headOf(head) };
}

/** Every try of these steps, in order, by step. */
export async function listTries(db: Db, stepIds: readonly string[]): Promise<Map<string, StepTry[]>> {
  const rows = await many<StepTry & { stepId: string }>(
    db,
    sql`select step_id as "stepId", try, started_at as "startedAt", finished_at as "finishedAt",
               (extract(epoch from finished_at - started_at) * 1000)::bigint as "durationMs",
               model_used as "modelUsed", tokens_in as "tokensIn", tokens_out as "tokensOut",
               cost_usd::float8 as "costUsd", error
          from session_step_tries
         where step_id = any(${[...stepIds]}::text[])
         order by step_id, try`,
  );
  const tries = new Map<string, StepTry[]>();
  for (const { stepId, ...each } of rows) tries.set(stepId, [...(tries.get(stepId) ?? []), each]);
  return tries;
}

export interface UsageRow extends UsedTotals {
  readonly phase: number;
  readonly step: StepName;
}

/**
 * The usage of each step of a session in all its attempts and tries. Steps taken over from elsewhere used nothing
 * here.
 */
export function listUsage(db: Db, sessionId: string): Promise<UsageRow[]> {
  return many<UsageRow>(
    db,
    sql`select phase, step, count(*) filter (where origin_step_id is null) as runs,
               count(*) filter (where origin_step_id is not null) as reused,
               coalesce(sum((select count(*) from session_step_tries where step_id = session_steps.id)), 0)::bigint
                 as tries,
               sum(tokens_in)::bigint as "tokensIn", sum(tokens_out)::bigint as "tokensOut",
               sum(tokens_cached)::bigint as "tokensCached", sum(tokens_reasoning)::bigint as "tokensReasoning",
               coalesce(sum(cost_usd), 0)::float8 as "costUsd",
               count(*) filter (where cost_usd is null and tokens_in + tokens_out > 0) as "unpricedSteps"
          from session_steps
         where run_id = ${sessionId}
         group by phase, step
         order by phase, array_position(${stepNameArray}, step)`,
  );
}

export interface StepOutputRow {
  readonly phase: number;
  readonly step: StepName;
  readonly attempt: number;
  readonly status: string;
  readonly sha256: string | null;
}

/** The outcome of every step of a session, oldest attempt first. */
export function listStepOutputs(db: Db, sessionId: string): Promise<StepOutputRow[]> {
  return many<StepOutputRow>(
    db,
    sql`select phase, step, attempt, status, output_sha256 as sha256 from session_steps
         where run_id = ${sessionId} order by attempt, phase, ${at}, id`,
  );
}
