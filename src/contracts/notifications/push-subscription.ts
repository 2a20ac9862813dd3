import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { address, externalId, reason, versioned } from './fields.js';

export const pushSubscriptionSchema = z
  .object({
    id: idSchema('pushSubscription'),
    staff_id: z.string(),
    endpoint: z.string(),
    ...versioned,
  })
  .meta({ id: 'PushSubscription' });
export type PushSubscription = z.infer<typeof pushSubscriptionSchema>;

const key = (bytes: number) =>
  z
    .string()
    .refine((text) => Buffer.from(text, 'base64url').length === bytes, `must be ${bytes} bytes in base64url`);

const endpoint = z.url({ protocol: /^https?$/ }).max(2_000);

/** The result of `PushManager.subscribe()` in a browser, with its person. */
export const newPushSubscriptionSchema = z
  .strictObject({
    staff_id: idSchema('staff'),
    endpoint,
    keys: z.strictObject({ p256dh: key(65), auth: key(16) }),
    reason,
  })
  .meta({ id: 'NewPushSubscription' });

/** A browser's replacement of a subscription that it ended: address and keys belong together. */
export const pushSubscriptionChangeSchema = newPushSubscriptionSchema
  .omit({ staff_id: true })
  .meta({ id: 'PushSubscriptionChange' });

/** A line of an import: a device of one person of an office, found again by its endpoint. */
export const pushSubscriptionLine = z.strictObject({
  office_external_id: externalId,
  email: address,
  endpoint,
  p256dh: key(65),
  auth: key(16),
});

export const pushSubscriptionPageSchema = pageOf(pushSubscriptionSchema).meta({ id: 'PushSubscriptionPage' });
export const pushSubscriptionListQuery = z.strictObject({
  staff_id: idSchema('staff').optional(),
  ...pageQuery,
});

export const pushKeySchema = z
  .object({
    public_key: z
      .string()
      .meta({ description: 'P-256 in base64url: the applicationServerKey of subscribe().' }),
  })
  .meta({ id: 'PushKey' });
