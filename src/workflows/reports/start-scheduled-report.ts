import { setCurrentDetails } from '@temporalio/workflow';
import type { FiringOutcome, StartScheduledReportInput } from '../../contracts/reports/schedule-workflow.js';
import { describeFiring } from '../../domain/runs/describe-firing.js';
import { reportSchedules } from './proxies.js';
import { scheduledStartTime } from '../scheduled-start-time.js';

/** A report schedule is due: makes a job of its owner's, or records why there is none this time. */
export async function startScheduledReport({
  scheduleId,
}: StartScheduledReportInput): Promise<FiringOutcome> {
  const firing = await reportSchedules.fireReportSchedule({ scheduleId, scheduledAt: scheduledStartTime() });
  setCurrentDetails(describeFiring(firing));
  return firing;
}
