import { z } from 'zod';
import { attemptErrors } from '../../domain/webhooks/retry.js';
import { EVERY_EVENT, subscribableEvents } from './events.js';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { isWebhookSecret } from '../../crypto/webhook-secret.js';
import { deliveryStatuses } from '../../domain/webhooks/delivery-status.js';

/** There is a place at work for each of them, so none waits for another: see workers/main.ts. */
export const MOST_WEBHOOKS = 500;

/** How long a replaced secret signs beside the new one. */
export const SECRET_OVERLAP_HOURS = 24;

const moment = z.string().meta({ description: 'RFC 3339, UTC, with microseconds.' });

export const webhookSchema = z
  .object({
    id: idSchema('webhook'),
    url: z.string(),
    description: z.string(),
    events: z.array(z.string()),
    isActive: z.boolean(),
    disabledReason: z
      .string()
      .nullable()
      .meta({ description: 'Why the system switched it off; null when a person did, or when it is active.' }),
    disabledAt: moment.nullable(),
    previousSecretUntil: moment
      .nullable()
      .meta({ description: 'Until then the replaced secret signs beside the new one.' }),
    lastSuccessAt: moment.nullable(),
    failingSince: moment.nullable().meta({ description: 'Since when nothing got through.' }),
    version: z.number().int().meta({ description: 'Counts changes; the ETag.' }),
    createdBy: z.string().nullable(),
    createdAt: moment,
    updatedAt: moment,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof webhookSchema>;

export const webhookWithSecretSchema = webhookSchema
  .extend({ secret: z.string().meta({ description: 'What deliveries are signed with. Shown this once.' }) })
  .meta({ id: 'WebhookWithSecret' });

export const webhookPageSchema = pageOf(webhookSchema).meta({ id: 'WebhookPage' });

const flagText = z.enum(['true', 'false']).transform((text) => text === 'true');
export const webhookListQuery = z.strictObject({ isActive: flagText.optional(), ...pageQuery });

// The configuration decides on its content and target: the route asks.
const url = z.string().trim().min(1).max(2_048);
const description = z.string().trim().max(500);
const events = z
  .array(z.enum(subscribableEvents))
  .min(1)
  .max(subscribableEvents.length)
  .transform((names) => (names.includes(EVERY_EVENT) ? [EVERY_EVENT] : [...new Set(names)]))
  .meta({ description: 'Names of events, or "*" for all of them.' });
const secret = z
  .string()
  .max(200)
  .refine(isWebhookSecret, 'must be whsec_ and 24 to 64 bytes in base64')
  .optional()
  .meta({ description: 'Made here when absent.' });
const reason = z.string().trim().min(1).max(500).optional().meta({ description: 'Why, for the audit log.' });

export const newWebhookSchema = z
  .strictObject({
    url,
    events,
    secret,
    description: description.default(''),
    isActive: z.boolean().default(true),
    reason,
  })
  .meta({ id: 'NewWebhook' });

export const webhookChangeSchema = z
  .strictObject({
    url: url.optional(),
    events: events.optional(),
    description: description.optional(),
    isActive: z.boolean().optional(),
    reason,
  })
  .refine(
    ({ url, events, description, isActive }) =>
      [url, events, description, isActive].some((value) => value !== undefined),
    { message: 'must change something' },
  )
  .meta({ id: 'WebhookChange' });

export const webhookRemovalSchema = z.strictObject({ reason }).meta({ id: 'WebhookRemoval' });
export const secretRotationSchema = z.strictObject({ secret, reason }).meta({ id: 'SecretRotation' });

export const deliverySchema = z
  .object({
    id: idSchema('delivery'),
    webhookId: idSchema('webhook'),
    messageId: z.string().meta({ description: 'The webhook-id header: the same for every attempt.' }),
    event: z.string(),
    runId: z.string().nullable(),
    pos: z.number().int().nullable(),
    status: z.enum(deliveryStatuses),
    attempts: z.number().int(),
    nextAttemptAt: moment.nullable(),
    statusCode: z.number().int().nullable().meta({ description: 'Of the last answer.' }),
    error: z.enum(attemptErrors).nullable().meta({ description: 'Of the last attempt.' }),
    redeliveryOf: z.string().nullable(),
    createdAt: moment,
    finishedAt: moment.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type Delivery = z.infer<typeof deliverySchema>;

export const attemptSchema = z
  .object({
    attempt: z.number().int(),
    startedAt: moment,
    finishedAt: moment.nullable(),
    durationMs: z.number().int().nullable(),
    statusCode: z.number().int().nullable(),
    error: z.enum(attemptErrors).nullable(),
    detail: z.string().nullable(),
    excerpt: z.string().nullable().meta({ description: "The beginning of the receiver's answer, as text." }),
  })
  .meta({ id: 'WebhookAttempt' });
export type Attempt = z.infer<typeof attemptSchema>;

export const deliveryDetailSchema = deliverySchema
  .extend({
    body: z.record(z.string(), z.unknown()).meta({ description: 'What is sent.' }),
    log: z.array(attemptSchema).meta({ description: 'Every attempt, in its order.' }),
  })
  .meta({ id: 'WebhookDeliveryDetail' });

export const deliveryPageSchema = pageOf(deliverySchema).meta({ id: 'WebhookDeliveryPage' });
export const deliveryListQuery = z.strictObject({
  status: z.enum(deliveryStatuses).optional(),
  ...pageQuery,
});

export const deliveryAcceptedSchema = z
  .object({ deliveryId: idSchema('delivery'), statusUrl: z.string() })
  .meta({ id: 'DeliveryAccepted' });
