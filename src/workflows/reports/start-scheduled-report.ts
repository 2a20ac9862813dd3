import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { FiringOutcome, StartScheduledReportInput } from '../../contracts/reports/schedule-workflow.js';
import { describeFiring } from '../../domain/runs/describe-firing.js';
import { reportSchedules } from '../proxies.js';
import { scheduledStartTime } from '../scheduled-start-time.js';

/** A report schedule is due: makes a job of its owner's, or records why there is none this time. */
export async function startScheduledReport({
  scheduleId,
}: StartScheduledReportInput): Promise<FiringOutcome> {
  const { typedSearchAttributes, startTime } = workflowInfo();
  // Started by hand it has no such moment: then it is due now.
  const due = typedSearchAttributes.get(scheduledStartTime) ?? startTime;
  const firing = await reportSchedules.fireReportSchedule({ scheduleId, scheduledAt: due.toISOString() });
  setCurrentDetails(describeFiring(firing));
  return firing;
}
