import type { NotificationActivities } from '../../contracts/notifications/workflow.js';
import { notifyOffice } from './notify-office.js';
import type { NotificationDeps } from './activities.js';

/** The sending of `notifyDeadlines`, an office at a time. */
export function createNotifyOfficeActivities({
  pool,
  notifications,
}: NotificationDeps): Pick<NotificationActivities, 'notifyOffice'> {
  return { notifyOffice: (input) => notifyOffice({ pool, ...notifications }, input) };
}
