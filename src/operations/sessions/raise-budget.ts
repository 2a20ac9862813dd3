import type { Pool } from 'pg';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import { raiseBudget, type BudgetLimits } from '../../db/sessions/budgets.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import { withTransaction } from '../../db/base/transaction.js';

/** A session that stopped at its limit may use more from now on. */
export async function raiseSessionBudget(
  pool: Pool,
  { id, maxTokens, maxCostUsd }: OwnedSession,
  raise: { readonly budget: BudgetLimits; readonly actor: Principal; readonly origin: Origin },
): Promise<void> {
  const { budget, actor, origin } = raise;
  const before = { maxTokens, maxCostUsd };
  const after = { maxTokens: budget.maxTokens ?? maxTokens, maxCostUsd: budget.maxCostUsd ?? maxCostUsd };
  await withTransaction(pool, async (tx) => {
    await raiseBudget(tx, id, budget);
    await recordAudit(tx, {
      actor,
      origin,
      action: 'budget_raised',
      resourceType: 'session',
      resourceId: id,
      before,
      after,
    });
  });
}
