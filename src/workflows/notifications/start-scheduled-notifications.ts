import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { NotificationFiring } from '../../contracts/notifications/schedule-workflow.js';
import { scheduledStartTime } from '../scheduled-start-time.js';
import { notificationSchedule } from './proxies.js';

/** The daily run is due: makes it, or notes why there is none this time. */
export async function startScheduledNotifications(): Promise<NotificationFiring> {
  const { typedSearchAttributes, startTime } = workflowInfo();
  // Started by hand it has no such moment: then it is due now.
  const due = typedSearchAttributes.get(scheduledStartTime) ?? startTime;
  const firing = await notificationSchedule.fireNotifications({ scheduledAt: due.toISOString() });
  setCurrentDetails(
    firing.outcome === 'started' ? `**started** ${firing.jobId}` : `**skipped**: ${firing.reason}`,
  );
  return firing;
}
