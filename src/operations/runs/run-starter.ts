import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { StartableRun } from '../../contracts/runs/startable-run.js';
import type { Tx } from '../../db/base/transaction.js';
import type { Logger } from '../../platform/logger.js';
import type { RunControl } from '../../platform/temporal/run-control.js';

interface TemporalTask {
  /** For the log: `a start`. */
  readonly what: string;
  readonly workflowId: string;
  readonly work: () => Promise<unknown>;
}

/**
 * Sends committed starts to Temporal without a caller waiting.
 *
 * S1. Only after the commit: a workflow never looks for a row that is not there yet.
 * S2. A request never waits for Temporal. The sweeper repeats whatever fails here or dies with this process.
 * S3. Doing it twice is harmless: the workflow's id is the run's.
 */
export interface RunStarter {
  startAfterCommit(tx: Tx, run: StartableRun): void;
  cancelAfterCommit(tx: Tx, workflowId: string): void;
  /** Any other message to Temporal that a sweeper repeats. */
  doAfterCommit(tx: Tx, task: TemporalTask): void;
  /** Waits for what is under way; what is waiting for its next try is left to the sweeper. */
  drain(): Promise<void>;
}

/** Enough for a worker that restarts; a longer outage is the sweeper's. */
const RETRY_DELAYS_MS = [200, 1_000];
/** While Temporal is away every try lasts until its deadline: beyond this many the sweeper takes the rest. */
const MOST_AT_ONCE = 200;
/** A start costs more than an answer: while Temporal is away, a few tries probe it and answers stay cheap. */
const MOST_WHILE_AWAY = 8;

export function createRunStarter(control: Pick<RunControl, 'launch' | 'cancel'>, logger: Logger): RunStarter {
  const pending = new Set<Promise<void>>();
  let isAway = false;
  const draining = new AbortController();
  // Each that waits for its next try listens.
  setMaxListeners(MOST_AT_ONCE, draining.signal);

  const insist = async ({ what, workflowId, work }: TemporalTask): Promise<void> => {
    for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
      try {
        await work();
        isAway = false;
        return;
      } catch (error) {
        isAway = true;
        logger.warn({ err: error, workflowId }, `${what} did not reach Temporal`);
      }
      if (delayMs === undefined || draining.signal.aborted) return;
      await setTimeout(delayMs, undefined, { signal: draining.signal }).catch(() => undefined);
    }
  };

  const begin = (asked: TemporalTask): void => {
    if (pending.size >= (isAway ? MOST_WHILE_AWAY : MOST_AT_ONCE) || draining.signal.aborted) return;
    const task = insist(asked).finally(() => pending.delete(task));
    pending.add(task);
  };

  return {
    startAfterCommit: (tx, run) => {
      const { workflowId } = run;
      tx.afterCommit(() => begin({ what: 'a start', workflowId, work: () => control.launch(run) }));
    },
    cancelAfterCommit: (tx, workflowId) =>
      tx.afterCommit(() => begin({ what: 'a cancel', workflowId, work: () => control.cancel(workflowId) })),
    doAfterCommit: (tx, task) => tx.afterCommit(() => begin(task)),
    async drain() {
      draining.abort();
      await Promise.all(pending);
    },
  };
}
