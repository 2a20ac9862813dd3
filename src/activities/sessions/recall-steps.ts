import type { Pool } from 'pg';
import type { FinishedStep, RecalledSteps, RecallStepsInput } from '../../contracts/sessions/workflow.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { lockRunStatus } from '../../db/runs/runs.js';
import { findOutputs, recallSteps as recall } from '../../db/sessions/recall.js';
import { readTextRefs } from '../../db/sessions/texts.js';
import { possibleSteps } from '../../domain/sessions/steps/steps-ahead.js';
import { retryLater } from '../runs/retry-later.js';

/**
 * A command takes effect at the next boundary of two steps, also when an activity is ahead of its workflow. No further
 * step begins after this transaction, and the workflow learns all that ended before it.
 */
export async function recallSteps(pool: Pool, input: RecallStepsInput): Promise<RecalledSteps> {
  try {
    return await withTransaction(pool, (tx) => recallUnderLock(tx, input));
  } catch (error) {
    throw retryLater(error);
  }
}

async function recallUnderLock(
  tx: Tx,
  { sessionId, stepId: firstId, state }: RecallStepsInput,
): Promise<RecalledSteps> {
  await lockRunStatus(tx, sessionId);
  await recall(tx, sessionId, firstId);
  const places = possibleSteps(state, firstId);
  const outputs = await findOutputs(
    tx,
    places.map(({ stepId }) => stepId),
  );
  const refs = await readTextRefs(tx, [...outputs.values()]);
  const finished: FinishedStep[] = [];
  for (const { stepId, phase, step, attempt } of places) {
    const ref = refs.get(outputs.get(stepId) ?? '');
    if (ref === undefined) break;
    finished.push({ phase, step, result: { stepId, attempt, ref } });
  }
  return { finished };
}
