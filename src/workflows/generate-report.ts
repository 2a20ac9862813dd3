import { setCurrentDetails } from '@temporalio/workflow';
import type { GenerateReportInput } from '../contracts/report.js';
import type { RunOutcome } from '../contracts/run.js';
import { runJob } from './job-run.js';
import { reportSteps } from './proxies.js';

/** A report: gather the facts, render them, publish the result. */
export async function generateReport(input: GenerateReportInput): Promise<RunOutcome> {
  return runJob(input.runId, async () => {
    setCurrentDetails('**Gathering** what the report says');
    const facts = await reportSteps.gatherReport.executeWithOptions({ summary: input.type }, [input]);
    setCurrentDetails(`**Rendering** it as ${input.format}`);
    return reportSteps.renderReport.executeWithOptions({ summary: input.format }, [{ ...input, facts }]);
  });
}
