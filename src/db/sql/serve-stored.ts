import { event } from '../../contracts/event-data.js';
import { toJsonb } from '../base/jsonb.js';
import { execute, sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';
import { projectRun } from '../runs/events.js';
import { omit } from '../../domain/omit.js';
import type { StoredAnswer } from './same-statement.js';

/** Ends a run that was just made with a result that is there already: its workflow never begins. */
export async function serveStored(tx: Tx, runId: string, stored: StoredAnswer): Promise<void> {
  await execute(
    tx,
    sql`update sql_runs
           set columns = ${toJsonb(stored.columns)}::jsonb, row_count = ${stored.rowCount}::bigint,
               bytes = ${stored.bytes}::bigint, truncated = ${stored.truncated},
               execution_ms = ${stored.executionMs}::bigint
         where run_id = ${runId}`,
  );
  const { result } = stored;
  await projectRun(tx, {
    runId,
    dedupKey: 'served',
    status: 'completed',
    progress: { percent: 100 },
    result,
    events: [event('job.completed', { state: 'SUCCESS', result: omit(result, 'key') })],
  });
}
