import { proxyActivities } from '@temporalio/workflow';
import type { RunOutcome, RunResult } from '../../src/contracts/runs/run.js';
import { runJob } from '../../src/workflows/runs/job-run.js';

/** All side effects of the kind. It writes the translation into the object store and answers where it is. */
export interface TranslationActivities {
  translate(input: { readonly runId: string }): Promise<RunResult>;
}

const { translate } = proxyActivities<TranslationActivities>({
  startToCloseTimeout: '5 minutes',
  // Bounded: after the second failure the run fails, and a dead letter keeps its input and errors.
  retry: { maximumAttempts: 2, initialInterval: '10ms' },
});

/** `runJob` reports start, end, failure and cancellation; the body is the work alone. */
export function translateText(input: { readonly runId: string }): Promise<RunOutcome> {
  return runJob(input.runId, () => translate(input));
}
