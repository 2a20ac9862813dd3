import { execute, one, sql, type Db, type Sql } from '../base/sql.js';

/**
 * B1. A conditional update reserves, before each call, the most that it may use. Two calls that together pass the
 *     limit cannot both begin.
 * B2. A reservation belongs to a try of a step. The try's end settles it once. It takes the actual usage, also after a
 *     failed call, or all of it when the try was lost.
 * B3. A try that died with its worker counts with all that it had reserved: the provider may have billed it.
 */
export interface Amount {
  tokens: number;
  /** Null without a known price: such a call does not count against a limit in money, and is counted apart. */
  costUsd: number | null;
}

/** A try of a step of a session. */
export interface TryPlace {
  readonly sessionId: string;
  readonly stepId: string;
  readonly attemptNumber: number;
}

/**
 * Makes `total` the reservation of the try for all its calls so far: a repetition changes nothing more. `lost`: the
 * try is no longer open.
 */
export async function reserveBudget(
  db: Db,
  place: TryPlace,
  total: Amount,
): Promise<'granted' | 'exhausted' | 'lost'> {
  const { found, granted } = await one<{ found: number; granted: number }>(
    db,
    sql`with mine as (
          select step_id, try, ${total.tokens}::bigint - reserved_tokens as more_tokens,
                 ${total.costUsd ?? 0}::numeric - reserved_cost_usd as more_cost
            from session_step_tries
           where step_id = ${place.stepId} and try = ${place.attemptNumber} and finished_at is null
             for update),
        granted as (
          update sessions
             set reserved_tokens = reserved_tokens + more_tokens, reserved_cost_usd = reserved_cost_usd + more_cost
            from mine
           where run_id = ${place.sessionId}
             and (max_tokens is null or used_tokens + reserved_tokens + more_tokens <= max_tokens)
             and (max_cost_usd is null or used_cost_usd + reserved_cost_usd + more_cost <= max_cost_usd)
          returning mine.step_id, mine.try),
        held as (
          update session_step_tries t
             set reserved_tokens = ${total.tokens}::bigint, reserved_cost_usd = ${total.costUsd ?? 0}::numeric
            from granted where t.step_id = granted.step_id and t.try = granted.try)
        select (select count(*) from mine) as found, (select count(*) from granted) as granted`,
  );
  if (found === 0) return 'lost';
  return granted === 0 ? 'exhausted' : 'granted';
}

export interface BudgetState {
  usedTokens: number;
  usedCostUsd: number;
  maxTokens: number | null;
  maxCostUsd: number | null;
  /** True exactly once: when this settlement came near a limit. */
  warn: boolean;
}

/** Near a limit: four fifths are used, or what is left holds no two calls like this one. */
const WARN_AT = 0.8;
const WARN_CALLS = 2;

export interface Settlement {
  readonly used: Amount;
  readonly unpricedCalls: number;
}

/**
 * Returns the reservation of the try in `ended` and counts its usage. The larger statement may change the state:
 * `settled` has the budget. Without a row in `ended` nothing changes.
 */
export function settleCtes(sessionId: string, { used, unpricedCalls }: Settlement, state: Sql): Sql {
  return sql`before as (
          select run_id, budget_warned, ended.reserved_tokens as held_tokens, ended.reserved_cost_usd as held_cost
            from sessions, ended where run_id = ${sessionId} for update of sessions),
        after as (
          update sessions s
             set state = ${state},
                 reserved_tokens = greatest(0, reserved_tokens - held_tokens),
                 reserved_cost_usd = greatest(0, reserved_cost_usd - held_cost),
                 used_tokens = used_tokens + ${used.tokens}::bigint,
                 used_cost_usd = used_cost_usd + ${used.costUsd ?? 0}::numeric,
                 unpriced_calls = unpriced_calls + ${unpricedCalls},
                 budget_warned = s.budget_warned
                   or coalesce(${isNear({ spent: sql`used_tokens`, limit: sql`max_tokens`, used: used.tokens, held: sql`held_tokens` })}, false)
                   or coalesce(${isNear({ spent: sql`used_cost_usd`, limit: sql`max_cost_usd`, used: used.costUsd ?? 0, held: sql`held_cost` })}, false)
            from before where s.run_id = before.run_id
          returning used_tokens, used_cost_usd, max_tokens, max_cost_usd, s.budget_warned, before.budget_warned as warned_before),
        settled as (
          select used_tokens as "usedTokens", used_cost_usd::float8 as "usedCostUsd", max_tokens as "maxTokens",
                 max_cost_usd::float8 as "maxCostUsd", budget_warned and not warned_before as warn
            from after)`;
}

function isNear({
  spent,
  limit,
  used,
  held,
}: {
  readonly spent: Sql;
  readonly limit: Sql;
  readonly used: number;
  readonly held: Sql;
}): Sql {
  return sql`${spent} + ${used}::numeric
               >= least(${WARN_AT}::numeric * ${limit}, ${limit} - ${WARN_CALLS}::numeric * ${held})`;
}

/** An abandoned try has this long to report its own usage: its worker learns of it within a beat. */
const LAST_WORD_SECONDS = 60;

/**
 * Reservations of lost tries become usage (B3): earlier tries of this step, and tries of abandoned steps that never
 * reported. The try of a step that was abandoned just now still runs, and settles itself.
 */
export async function chargeLostTries(
  db: Db,
  { sessionId, stepId, attemptNumber }: TryPlace,
  error: { code: string; message: string },
): Promise<void> {
  await execute(
    db,
    sql`with lost as (
          update session_step_tries t
             set settled = true, finished_at = coalesce(t.finished_at, clock_timestamp()),
                 error = coalesce(t.error, ${error})
            from session_steps s
           where s.id = t.step_id and s.run_id = ${sessionId} and not t.settled
             and case when s.id = ${stepId} then t.try < ${attemptNumber}
                      else s.status <> 'running'
                           and s.finished_at < clock_timestamp() - make_interval(secs => ${LAST_WORD_SECONDS}) end
          returning reserved_tokens, reserved_cost_usd),
        held as (select sum(reserved_tokens) as tokens, sum(reserved_cost_usd) as cost from lost)
        update sessions
           set used_tokens = used_tokens + held.tokens, reserved_tokens = greatest(0, reserved_tokens - held.tokens),
               used_cost_usd = used_cost_usd + held.cost, reserved_cost_usd = greatest(0, reserved_cost_usd - held.cost)
          from held
         where run_id = ${sessionId} and (held.tokens > 0 or held.cost > 0)`,
  );
}

export interface BudgetLimits {
  readonly maxTokens?: number | undefined;
  readonly maxCostUsd?: number | undefined;
}

/** Raises (or sets) the limits; a limit that is not named stays. */
export async function raiseBudget(db: Db, sessionId: string, limits: BudgetLimits): Promise<void> {
  await execute(
    db,
    sql`update sessions
           set max_tokens = coalesce(${limits.maxTokens ?? null}, max_tokens),
               max_cost_usd = coalesce(${limits.maxCostUsd ?? null}, max_cost_usd),
               budget_warned = false
         where run_id = ${sessionId}`,
  );
}
