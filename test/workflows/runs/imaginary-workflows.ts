import { proxyActivities } from '@temporalio/workflow';
import type { RunOutcome, RunResult } from '../../../src/contracts/runs/run.js';
import { runJob } from '../../../src/workflows/runs/job-run.js';

export interface ImaginaryActivities {
  imagine(input: { runId: string }): Promise<RunResult>;
}

const { imagine } = proxyActivities<ImaginaryActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 2, initialInterval: '10ms' },
});

export function dreamUp(input: { runId: string }): Promise<RunOutcome> {
  return runJob(input.runId, () => imagine(input));
}
