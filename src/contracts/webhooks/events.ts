import { storedEvents } from '../event-data.js';

/** Said of webhooks themselves, to those who subscribed to it: an endpoint was switched off by the system. */
export const WEBHOOK_DISABLED = 'webhook.disabled';

/** What the test button sends. Nobody subscribes to it. */
export const WEBHOOK_TEST = 'webhook.test';

/** What stands for every event, also those of later versions. */
export const EVERY_EVENT = '*';

/** What a webhook may subscribe to. */
export const subscribableEvents: readonly [string, ...string[]] = [
  EVERY_EVENT,
  ...storedEvents,
  WEBHOOK_DISABLED,
];
