import { z } from 'zod';
import { channels, deliveryStatuses } from '../../domain/notifications/planning-facts.js';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { day, moment, reason } from './fields.js';

export const deliverySchema = z
  .object({
    id: idSchema('delivery'),
    run_id: z.string(),
    office_id: z.string(),
    office_name: z.string().nullable().meta({ description: 'Null once the office is removed.' }),
    staff_id: z.string(),
    staff_name: z.string().nullable().meta({ description: 'Null once the person is removed.' }),
    address: z.string().nullable().meta({ description: 'Of a mail: where it went.' }),
    channel: z.enum(channels),
    status: z.enum(deliveryStatuses).meta({
      description: 'unknown: it may have arrived; it is sent once more only by resend.',
    }),
    reason: z.string().nullable(),
    next_eligible_at: moment.nullable().meta({ description: 'Of a held one: when the hold ends.' }),
    attempts: z.number().int(),
    error: z.string().nullable(),
    message_id: z.string(),
    deadlines: z.array(
      z.object({ deadline_id: z.string(), title: z.string(), due_on: day, threshold: z.number().int() }),
    ),
    created_at: moment,
    updated_at: moment,
    sent_at: moment.nullable(),
  })
  .meta({ id: 'NotificationDelivery' });
export type Delivery = z.infer<typeof deliverySchema>;

/** A delivery with its text. */
export const deliveryWithContentSchema = deliverySchema
  .extend({ content: z.record(z.string(), z.unknown()) })
  .meta({ id: 'NotificationDeliveryWithContent' });
export type DeliveryWithContent = z.infer<typeof deliveryWithContentSchema>;

export const deliveryPageSchema = pageOf(deliverySchema).meta({ id: 'NotificationDeliveryPage' });
export const deliveryListQuery = z.strictObject({
  office: idSchema('office').optional(),
  staff: idSchema('staff').optional(),
  status: z.enum(deliveryStatuses).optional(),
  channel: z.enum(channels).optional(),
  run: idSchema('job').optional(),
  ...pageQuery,
});

export const resendBody = z.strictObject({ reason }).meta({ id: 'ResendRequest' });
export const resentSchema = z
  .object({ jobId: idSchema('job'), statusUrl: z.string() })
  .meta({ id: 'Resent' });
