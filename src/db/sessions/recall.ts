import type { Db } from '../base/sql.js';
import { execute, many, sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * From now on the activity that began with this step, or with an earlier one, begins no further step. A recall that is
 * sent again late never takes back a newer one. The caller holds the run's lock.
 */
export async function recallSteps(tx: Tx, sessionId: string, firstId: string): Promise<void> {
  await execute(
    tx,
    sql`update sessions set recalled_step = greatest(recalled_step, ${firstId} collate "C")
         where run_id = ${sessionId}`,
  );
}

/**
 * The activities of an earlier workflow run begin no further step. Nobody may have told them yet that it was reset.
 * The activity of this run may be among them, and ends a little earlier.
 */
export async function recallEarlierSteps(tx: Tx, sessionId: string): Promise<void> {
  await execute(
    tx,
    sql`update sessions
           set recalled_step = greatest(recalled_step, (select max(id collate "C") from session_steps
                                                         where session_steps.run_id = sessions.run_id))
         where run_id = ${sessionId}`,
  );
}

/** The hashes of the outputs of the finished ones among these steps, by their ids. */
export async function findOutputs(db: Db, stepIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await many<{ id: string; sha256: string | null }>(
    db,
    sql`select id, output_sha256 as sha256 from session_steps
         where id = any(${stepIds}::text[]) and status = 'completed'`,
  );
  return new Map(rows.flatMap(({ id, sha256 }) => (sha256 === null ? [] : [[id, sha256] as const])));
}
