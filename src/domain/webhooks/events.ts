import { eventNames } from '../runs/event-names.js';

/** Said of webhooks themselves, to those who subscribed to it: an endpoint was switched off by the system. */
export const WEBHOOK_DISABLED = 'webhook.disabled';

/** What the test button sends. Nobody subscribes to it. */
export const WEBHOOK_TEST = 'webhook.test';

/** What stands for every event, also those of later versions. */
export const EVERY_EVENT = '*';

/** Never stored, or made for one reader: there is nothing to deliver. */
const readersOnly: ReadonlySet<string> = new Set(['snapshot', 'step.delta']);

/** What a webhook may subscribe to. */
export const subscribableEvents: readonly string[] = [
  EVERY_EVENT,
  ...eventNames.filter((name) => !readersOnly.has(name)),
  WEBHOOK_DISABLED,
];
