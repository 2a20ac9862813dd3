import type { Pool } from 'pg';
import { findTemporalHome, settleTemporalHome } from '../../db/runs/temporal-home.js';
import { problemOfHome } from '../../domain/runs/temporal-home.js';
import type { RunControl } from '../../platform/temporal/run-control.js';

/**
 * Why no run may be closed or started now; null when this Temporal is the one that runs the workflows of this database.
 * In a foreign one every run looks lost, and closing them would leave the real workflows to go on, and to pay, unseen.
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
