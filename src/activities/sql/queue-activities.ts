import { ApplicationFailure, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import { failureTypes } from '../../contracts/errors.js';
import { sqlPlaceSignal } from '../../contracts/names.js';
import type { SqlAdmission, SqlQueueActivities } from '../../contracts/sql/run-workflow.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { adoptOrigin } from '../../db/sql/insert-run.js';
import {
  admitNext,
  lockPlaces,
  readQueue,
  releasePlace,
  settleFollowers,
  placeOf,
  type CalledRun,
} from '../../db/sql/places.js';
import { logExecutions } from '../../db/sql/log.js';
import type { RunControl } from '../../platform/temporal/run-control.js';

export interface SqlQueueDeps {
  readonly pool: Pool;
  readonly control: Pick<RunControl, 'call'>;
  readonly sqlPlaces: number;
}

export function createSqlQueueActivities(deps: SqlQueueDeps): SqlQueueActivities {
  return {
    admitSql: async ({ runId }) => {
      if (await mustWait(deps, runId)) return { kind: 'waiting' };
      return inQueue(deps, runId, (tx, called) => admit(tx, { runId, places: deps.sqlPlaces, called }));
    },
    releaseSql: async ({ runId }) => {
      await inQueue(deps, runId, async (tx, called) => {
        await releasePlace(tx, runId);
        called.push(...(await settleFollowers(tx, runId)), ...(await admitNext(tx, deps.sqlPlaces)));
      });
      // Nobody waits for the log: what is not written now the sweeper writes.
      logExecutions(deps.pool).catch((error: unknown) =>
        log.warn('a run could not be logged yet', { runId, error }),
      );
    },
  };
}

/** Places that were left without a word are given away. Gives how many runs were called. */
export async function fillPlaces(deps: SqlQueueDeps): Promise<number> {
  let count = 0;
  await inQueue(deps, '', async (tx, called) => {
    called.push(...(await admitNext(tx, deps.sqlPlaces)));
    count = called.length;
  });
  return count;
}

/** Most looks find no free place, and need no lock. The run that leaves a place later gives it away. */
async function mustWait({ pool, sqlPlaces }: SqlQueueDeps, runId: string): Promise<boolean> {
  const { waiting, admitted } = await readQueue(pool);
  return admitted >= sqlPlaces && waiting.some((run) => run.runId === runId);
}

async function admit(
  tx: Tx,
  {
    runId,
    places,
    called,
  }: { readonly runId: string; readonly places: number; readonly called: CalledRun[] },
): Promise<SqlAdmission> {
  let queued = (await placeOf(tx, runId)) ?? (await placeOfReplay(tx, runId));
  if (queued.place === 'waiting') {
    called.push(...(await admitNext(tx, places)));
    queued = (await placeOf(tx, runId)) ?? queued;
  }
  return queued.place === 'served' ? { kind: 'served', result: queued.result } : { kind: queued.place };
}

async function placeOfReplay(tx: Tx, runId: string): Promise<{ place: 'waiting' }> {
  if (await adoptOrigin(tx, runId)) return { place: 'waiting' };
  throw ApplicationFailure.nonRetryable('the statement is no longer kept', failureTypes.recordGone);
}

/**
 * Runs with a new place are signaled after the commit. A call that gets lost is made up for by the workflow's own
 * look.
 */
async function inQueue<Result>(
  { pool, control }: SqlQueueDeps,
  runId: string,
  work: (tx: Tx, called: CalledRun[]) => Promise<Result>,
): Promise<Result> {
  const called: CalledRun[] = [];
  const result = await withTransaction(pool, async (tx) => {
    await lockPlaces(tx);
    return work(tx, called);
  });
  for (const { workflowId } of called.filter((each) => each.runId !== runId)) {
    control
      .call(workflowId, sqlPlaceSignal)
      .catch((error: unknown) => log.warn('a run did not receive its place', { workflowId, error }));
  }
  return result;
}
