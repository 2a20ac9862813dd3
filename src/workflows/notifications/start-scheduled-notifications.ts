import { setCurrentDetails } from '@temporalio/workflow';
import type { NotificationFiring } from '../../contracts/notifications/schedule-workflow.js';
import { describeFiring } from '../../domain/runs/describe-firing.js';
import { scheduledStartTime } from '../scheduled-start-time.js';
import { notificationSchedule } from './proxies.js';

/** The daily run is due: makes it, or notes why there is none this time. */
export async function startScheduledNotifications(): Promise<NotificationFiring> {
  const firing = await notificationSchedule.fireNotifications({ scheduledAt: scheduledStartTime() });
  setCurrentDetails(describeFiring(firing));
  return firing;
}
