import { event } from '../../contracts/event-data.js';
import type { Tx } from '../base/transaction.js';
import { projectRun } from '../runs/events.js';
import { omit } from '../../domain/omit.js';
import type { StoredAnswer } from './same-statement.js';
import { keepMeasures } from './tries.js';

/** Ends a run that was just made with a result that is there already: its workflow never begins. */
export async function serveStored(tx: Tx, runId: string, stored: StoredAnswer): Promise<void> {
  await keepMeasures(tx, runId, stored);
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
