import { execute, sql, type Db, type Sql } from '../base/sql.js';

/**
 * B1. Every call reserves the most it may use before it is made, in one conditional update: two calls that together
 *     would pass the limit cannot both be let through.
 * B2. What was reserved is settled after the call with what was really used, also when the call failed.
 * B3. A try that died with its worker counts with all that it had reserved: the provider may have billed it.
 */
export interface Amount {
  tokens: number;
  /** Null when the price is not known: such a call cannot be held against a limit in money, and is counted apart. */
  costUsd: number | null;
}

export async function reserveBudget(db: Db, sessionId: string, amount: Amount): Promise<boolean> {
  const touched = await execute(
    db,
    sql`update sessions
           set reserved_tokens = reserved_tokens + ${amount.tokens}::bigint,
               reserved_cost_usd = reserved_cost_usd + ${amount.costUsd ?? 0}::numeric
         where run_id = ${sessionId}
           and (max_tokens is null or used_tokens + reserved_tokens + ${amount.tokens}::bigint <= max_tokens)
           and (max_cost_usd is null or used_cost_usd + reserved_cost_usd + ${amount.costUsd ?? 0}::numeric <= max_cost_usd)`,
  );
  return touched === 1;
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
  readonly reserved: Amount;
  readonly used: Amount;
  readonly unpricedCalls: number;
}

/**
 * Gives back what was reserved and counts what was used, as part of a larger statement, which may change the session's
 * state with it: `settled` has the budget.
 */
export function settleCtes(
  sessionId: string,
  { reserved, used, unpricedCalls }: Settlement,
  state: Sql,
): Sql {
  return sql`before as (select run_id, budget_warned from sessions where run_id = ${sessionId} for update),
        after as (
          update sessions s
             set state = ${state},
                 reserved_tokens = greatest(0, reserved_tokens - ${reserved.tokens}::bigint),
                 reserved_cost_usd = greatest(0, reserved_cost_usd - ${reserved.costUsd ?? 0}::numeric),
                 used_tokens = used_tokens + ${used.tokens}::bigint,
                 used_cost_usd = used_cost_usd + ${used.costUsd ?? 0}::numeric,
                 unpriced_calls = unpriced_calls + ${unpricedCalls},
                 budget_warned = s.budget_warned
                   or coalesce(${isNear(sql`used_tokens`, sql`max_tokens`, used.tokens, reserved.tokens)}, false)
                   or coalesce(${isNear(sql`used_cost_usd`, sql`max_cost_usd`, used.costUsd ?? 0, reserved.costUsd ?? 0)}, false)
            from before where s.run_id = before.run_id
          returning used_tokens, used_cost_usd, max_tokens, max_cost_usd, s.budget_warned, before.budget_warned as warned_before),
        settled as (
          select used_tokens as "usedTokens", used_cost_usd::float8 as "usedCostUsd", max_tokens as "maxTokens",
                 max_cost_usd::float8 as "maxCostUsd", budget_warned and not warned_before as warn
            from after)`;
}

function isNear(spent: Sql, limit: Sql, used: number, reserved: number): Sql {
  return sql`${spent} + ${used}::numeric
               >= least(${WARN_AT}::numeric * ${limit}, ${limit} - ${WARN_CALLS * reserved}::numeric)`;
}

/** What a lost try had reserved becomes used (B3). A session runs one step at a time, so all of it was that try's. */
export async function chargeLostReservation(db: Db, sessionId: string): Promise<void> {
  await execute(
    db,
    sql`update sessions
           set used_tokens = used_tokens + reserved_tokens, used_cost_usd = used_cost_usd + reserved_cost_usd,
               reserved_tokens = 0, reserved_cost_usd = 0
         where run_id = ${sessionId} and (reserved_tokens > 0 or reserved_cost_usd > 0)`,
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
