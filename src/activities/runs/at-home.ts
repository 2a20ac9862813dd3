import type { Pool } from 'pg';
import { findTemporalHome, settleTemporalHome } from '../../db/runs/temporal-home.js';
import { problemOfHome } from '../../domain/runs/temporal-home.js';
import type { RunControl } from '../../platform/temporal/run-control.js';

/**
 * The reason that no run may be closed or started now; null when this Temporal runs this database's workflows. In a
 * foreign Temporal every run looks lost. Closing them would leave the real workflows running, and paying, unseen.
 * Losses that were noted stand until somebody says what is so.
 */
export async function problemAtHome(
  pool: Pool,
  control: Pick<RunControl, 'identity'>,
): Promise<string | null> {
  const found = await control.identity();
  await settleTemporalHome(pool, found);
  const home = await findTemporalHome(pool);
  return home === undefined ? 'its home is not known yet' : (problemOfHome(home, found) ?? home.problem);
}
