import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { NotificationFiring } from '../../contracts/notifications/schedule-workflow.js';
import { describeFiring } from '../../domain/runs/describe-firing.js';
import { scheduledStartTime } from '../scheduled-start-time.js';
import { notificationSchedule } from './proxies.js';

/** The daily run is due: makes it, or notes why there is none this time. */
export async function startScheduledNotifications(): Promise<NotificationFiring> {
  const { typedSearchAttributes, startTime } = workflowInfo();
  // Started by hand it has no such moment: then it is due now.
  const due = typedSearchAttributes.get(scheduledStartTime) ?? startTime;
  const firing = await notificationSchedule.fireNotifications({ scheduledAt: due.toISOString() });
  setCurrentDetails(describeFiring(firing));
  return firing;
}
