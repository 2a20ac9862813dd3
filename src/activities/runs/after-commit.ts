import { log } from '@temporalio/activity';
import type { RunStarter } from '../../operations/runs/run-starter.js';
import type { RunControl } from '../../platform/temporal/run-control.js';

/** Temporal is told after the commit, once. What gets lost the sweeper makes up for. */
export function tellingAfterCommit(
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
