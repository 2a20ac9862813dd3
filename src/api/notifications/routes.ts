import type { PreferenceLinks } from '../../crypto/preference-links.js';
import type { Route } from '../http/route.js';
import { createCaughtMailRoutes } from './caught-mails.js';
import { createDeliveryRoutes, type DeliveryRouteDeps } from './deliveries.js';
import { createExplainRoutes } from './explain.js';
import { createLinkRoutes } from './links.js';
import { createMessageFrameRoutes } from './message-frames.js';
import { createPreferenceRoutes } from './preferences.js';
import { createPushKeyRoutes } from './push-key.js';
import { createNotificationRecordRoutes } from './records.js';
import type { RecordRouteDeps } from './record-routes.js';
import { createDeadlineRunRoutes } from './runs.js';
import type { AskRunDeps } from '../../operations/notifications/ask-run.js';
import { createNotificationScheduleRoutes, type NotificationScheduleRouteDeps } from './schedule.js';
import { createNotificationSettingRoutes } from './settings.js';

export interface NotificationRouteDeps
  extends RecordRouteDeps, AskRunDeps, DeliveryRouteDeps, NotificationScheduleRouteDeps {
  readonly links: PreferenceLinks;
  readonly pushPublicKey: string;
}

/** Deadlines, and the people who are notified of them. */
export function createNotificationRoutes(deps: NotificationRouteDeps): Route[] {
  return [
    ...createNotificationRecordRoutes(deps),
    ...createPreferenceRoutes(),
    ...createDeadlineRunRoutes(deps),
    ...createDeliveryRoutes(deps),
    ...createCaughtMailRoutes(deps),
    ...createNotificationSettingRoutes(),
    ...createNotificationScheduleRoutes(deps),
    ...createExplainRoutes(),
    ...createMessageFrameRoutes(deps),
    ...createPushKeyRoutes(deps),
    ...createLinkRoutes(deps),
  ];
}
