import { log } from '@temporalio/activity';
import type { RunStarter } from '../../operations/runs/run-starter.js';
import type { RunControl } from '../../platform/temporal/run-control.js';

/** Calls Temporal after the commit, once. The sweeper repeats a lost call. */
export function launchingAfterCommit(
  control: Pick<RunControl, 'launch' | 'cancel'>,
): Pick<RunStarter, 'startAfterCommit' | 'cancelAfterCommit'> {
  return {
    startAfterCommit: (tx, run) =>
      tx.afterCommit(() => {
        control
          .launch(run)
          .catch((error: unknown) => log.warn('a start is left to the sweeper', { runId: run.id, error }));
      }),
    cancelAfterCommit: (tx, workflowId) =>
      tx.afterCommit(() => {
        control
          .cancel(workflowId)
          .catch((error: unknown) => log.warn('a cancel is left to the sweeper', { workflowId, error }));
      }),
  };
}
