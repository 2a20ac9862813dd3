import { ApplicationFailure, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import { failureTypes } from '../../contracts/errors.js';
import type { EndRunInput, ProjectRunReply, RunActivities } from '../../contracts/runs/job-workflow.js';
import type { RunProjection } from '../../contracts/runs/projection.js';
import { insertDeadLetter } from '../../db/runs/dead-letters.js';
import { listStepErrors } from '../../db/runs/checkpoints.js';
import { projectRun, type ProjectionResult } from '../../db/runs/events.js';
import { isRefusedForGood } from '../../db/base/refusal.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { retryLater } from './retry-later.js';
import { jobEnd } from './final-events.js';

/** Projections of any job's workflow. Local activities: one short transaction each. */
export function createRunActivities({ pool }: { readonly pool: Pool }): RunActivities {
  return {
    projectRun: (projection: RunProjection) => project(pool, (tx) => projectRun(tx, projection)),
    endRun: (input: EndRunInput) => project(pool, (tx) => endRun(tx, input)),
  };
}

async function endRun(tx: Tx, input: EndRunInput): Promise<ProjectionResult> {
  const { runId, dedupKey, status, result, error } = input;
  const projection = await projectRun(tx, {
    runId,
    dedupKey,
    status,
    ...(status === 'completed' ? { progress: { percent: 100 } } : {}),
    ...(result === undefined ? {} : { result }),
    error: error ?? null,
    events: [jobEnd(input)],
  });
  if (input.deadLetter !== undefined && projection.kind === 'applied') {
    await insertDeadLetter(tx, runId, await listStepErrors(tx, runId));
  }
  return projection;
}

async function project(pool: Pool, work: (tx: Tx) => Promise<ProjectionResult>): Promise<ProjectRunReply> {
  try {
    const { kind } = await withTransaction(pool, work);
    return { open: kind === 'applied' || kind === 'repeated' };
  } catch (error) {
    if (!isRefusedForGood(error)) throw retryLater(error);
    // Retrying cannot help, and would hold the workflow for ever.
    log.error('the state of a job was refused', { error });
    throw ApplicationFailure.nonRetryable('the state of the job was refused', failureTypes.invalidInput);
  }
}
