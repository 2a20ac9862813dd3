import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  defineSignal,
  patched,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import { sqlPlaceSignal } from '../../contracts/names.js';
import type { RunOutcome, RunResult } from '../../contracts/runs/run.js';
import type { ExecuteSqlInput, SqlAdmission } from '../../contracts/sql/run-workflow.js';
import { runJob } from '../runs/job-run.js';
import { sqlQueue, sqlRuns, sqlRunsLeftAlone } from './proxies.js';

const placeChanged = defineSignal(sqlPlaceSignal);

const WAITS_FOR_THE_STATEMENT = 'sql-waits-for-the-statement';
const FIRST_LOOK_MS = 5_000;
const LAST_LOOK_MS = 30_000;

/**
 * A statement: wait for a place, run it, give the place back.
 *
 * X1. A run that leaves its place gives it to the next one, and signals it. It may get lost, so the workflow also
 *     looks by itself.
 * X2. Every way out gives the place back, out of reach of a cancellation.
 * X3. A cancellation that the worker saw first, in the row, is a cancellation.
 */
export async function executeSql({ runId }: ExecuteSqlInput): Promise<RunOutcome> {
  let isCalled = false;
  setHandler(placeChanged, () => {
    isCalled = true;
  });
  const admission = async (): Promise<SqlAdmission> => {
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, LAST_LOOK_MS)) {
      isCalled = false;
      const answer = await sqlQueue.admitSql({ runId });
      if (answer.kind !== 'waiting') return answer;
      setCurrentDetails('**Waiting** for a place');
      await condition(() => isCalled, lookMs);
    }
  };
  try {
    return await runJob(runId, async () => {
      const admitted = await admission();
      if (admitted.kind === 'served') return admitted.result;
      setCurrentDetails('**Running** the statement');
      return run(runId);
    });
  } finally {
    await CancellationScope.nonCancellable(() => sqlQueue.releaseSql({ runId }));
  }
}

async function run(runId: string): Promise<RunResult> {
  try {
    const runs = patched(WAITS_FOR_THE_STATEMENT) ? sqlRuns : sqlRunsLeftAlone;
    return await runs.runSql.executeWithOptions({ summary: 'statement' }, [{ runId }]);
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure) || cause.type !== failureTypes.canceled) throw error;
    throw new CancelledFailure(cause.message);
  }
}
