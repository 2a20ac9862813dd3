import { storedEvents } from '../event-data.js';

/** Said of webhooks themselves, to those who subscribed to it: an endpoint was switched off by the system. */
export const WEBHOOK_DISABLED = 'webhook.disabled';

/** The body of the test button. Nobody subscribes to it. */
export const WEBHOOK_TEST = 'webhook.test';

/** Stands for every event, also those of later versions. */
export const EVERY_EVENT = '*';

/** Events to which a webhook may subscribe. */
export const subscribableEvents: readonly [string, ...string[]] = [
  EVERY_EVENT,
  ...storedEvents,
  WEBHOOK_DISABLED,
];
