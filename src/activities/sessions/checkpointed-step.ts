import { activityInfo, ApplicationFailure, CancelledFailure, Context, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import { failureTypes, hopelessFailures, type LastFailureDetails } from '../../contracts/errors.js';
import type { RunProjection } from '../../contracts/runs/projection.js';
import {
  findCheckpoint,
  insertCheckpoint,
  recordStepError,
  type StepPlace,
} from '../../db/runs/checkpoints.js';
import { projectRun } from '../../db/runs/events.js';
import { lockRunStatus } from '../../db/runs/runs.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { isFinal } from '../../domain/runs/status.js';
import { whileBeating } from '../runs/while-beating.js';
import { describeFailure } from '../runs/describe-failure.js';

/**
 * A step of a run, done once as far as a reader can see.
 *
 * C1. A step whose checkpoint is there gives it back and does nothing: its worker died between commit and report.
 * C2. The step's result, its checkpoint and its events commit together.
 * C3. Of two concurrent tries (a worker taken for dead) the first commit wins; both report its result.
 * C4. Every failed try is recorded, because Temporal keeps only the last one.
 * C5. The limit of failures counts these records. Temporal's attempts count lost workers too.
 */
export interface CheckpointedStep<Produced, Output> extends StepPlace {
  /** Without it Temporal's attempts alone are the limit. */
  readonly mostFailures?: number;
  /** The work itself, outside any transaction. It may run more than once. */
  produce(): Promise<Produced>;
  /** Stores what was produced. The result enters the history, so it is small: content by reference. */
  store(tx: Tx, produced: Produced): Promise<Output>;
  /** Events that are published once the result is stored. */
  project?(output: Output): Pick<RunProjection, 'progress' | 'events'>;
}

export function checkpointedStep<Produced, Output>(
  pool: Pool,
  step: CheckpointedStep<Produced, Output>,
): Promise<Output> {
  return whileBeating(() => stepOnce(pool, step));
}

async function stepOnce<Produced, Output>(
  pool: Pool,
  step: CheckpointedStep<Produced, Output>,
): Promise<Output> {
  try {
    const earlier = await findCheckpoint<Output>(pool, step);
    if (earlier !== undefined) return earlier.output;
    // `cancelled` fails when the job is canceled or the worker has to go: work that hangs holds nobody up.
    const produced = await Promise.race([step.produce(), Context.current().cancelled]);
    return await withTransaction(pool, (tx) => commitStep(tx, step, produced));
  } catch (error) {
    if (error instanceof CancelledFailure) throw error;
    const failures = await keepError(pool, step, error);
    throw failures >= (step.mostFailures ?? Infinity) ? lastFailure(error) : error;
  }
}

async function commitStep<Produced, Output>(
  tx: Tx,
  step: CheckpointedStep<Produced, Output>,
  produced: Produced,
): Promise<Output> {
  const status = await lockRunStatus(tx, step.runId);
  if (status === undefined || isFinal(status)) {
    throw ApplicationFailure.nonRetryable('the run has ended', failureTypes.runEnded);
  }
  // Again under the lock: see C3.
  const earlier = await findCheckpoint<Output>(tx, step);
  if (earlier !== undefined) return earlier.output;
  const output = await step.store(tx, produced);
  await insertCheckpoint(tx, step, output);
  await projectRun(tx, { runId: step.runId, dedupKey: `step:${step.stepKey}`, ...step.project?.(output) });
  return output;
}

/** The failures of the step so far; 0 while PostgreSQL is away, which is no failure of the step. */
async function keepError(pool: Pool, { runId, stepKey }: StepPlace, error: unknown): Promise<number> {
  const place = { runId, stepKey };
  try {
    return await recordStepError(pool, place, {
      attempt: activityInfo().attempt,
      error: describeFailure(error),
    });
  } catch (cause) {
    log.warn('a failed try could not be recorded', { ...place, cause });
    return 0;
  }
}

/** Temporal retries it no more. Its details tell the workflow that retries are used up, not hopeless. */
function lastFailure(error: unknown): Error {
  const { type } = describeFailure(error);
  const cause = error instanceof Error ? error : new Error(String(error));
  const isHopeless = cause instanceof ApplicationFailure && cause.nonRetryable === true;
  if (isHopeless || hopelessFailures.includes(type)) return cause;
  const details: LastFailureDetails = { usedUp: true };
  return ApplicationFailure.create({
    type,
    message: cause.message,
    nonRetryable: true,
    details: [details],
    cause,
  });
}
