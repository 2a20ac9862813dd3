import { z } from 'zod';
import { storedEvents, type EventName } from '../event-data.js';
import { eventDataSchema, titleOf } from '../events.js';
import { WEBHOOK_DISABLED, WEBHOOK_TEST } from './events.js';

const timestamp = z.string().meta({ description: 'RFC 3339: when it happened.' });
const at = z.string();

const place = { runId: z.string(), kind: z.string(), pos: z.int(), at };

function runMessage(name: EventName): z.ZodObject {
  const whole = eventDataSchema(name).extend(place);
  const cut = z
    .object({ ...place, truncated: z.literal(true) })
    .meta({ description: 'A larger body is sent without its data.' });
  return z
    .object({ type: z.literal(name), timestamp, data: z.union([cut, whole]) })
    .meta({ id: `${titleOf(name)}Message` });
}

const disabled = z
  .object({
    type: z.literal(WEBHOOK_DISABLED),
    timestamp,
    data: z.object({ at, webhookId: z.string(), url: z.string(), reason: z.string() }),
  })
  .meta({ id: 'WebhookDisabledMessage' });

const tested = z
  .object({
    type: z.literal(WEBHOOK_TEST),
    timestamp,
    data: z.object({ at, webhookId: z.string(), by: z.string() }),
  })
  .meta({ id: 'WebhookTestMessage' });

/** The body of a delivery: the events of runs with where they happened, and what is said of webhooks themselves. */
export const webhookMessageSchema = z
  .discriminatedUnion('type', [disabled, tested, ...storedEvents.map(runMessage)])
  .meta({ id: 'WebhookMessage', description: 'What a webhook is sent; the members depend on the type.' });
