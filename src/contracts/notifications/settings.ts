import { z } from 'zod';
import { moment, reason } from './fields.js';

const rules = {
  thresholds: z
    .array(z.number().int().min(0).max(3_650))
    .min(1)
    .max(20)
    .refine((days) => new Set(days).size === days.length, 'must not hold a number twice')
    .meta({ description: 'Days before a deadline on which it is told.', examples: [[30, 14, 7, 3, 1, 0]] }),
  overdue: z.boolean().meta({ description: 'Whether a deadline that has passed is told once more.' }),
  canary_offices: z
    .number()
    .int()
    .min(0)
    .max(500)
    .meta({ description: 'After so many offices a run waits for a person; 0: it does not.' }),
  pause_error_rate: z
    .number()
    .int()
    .min(0)
    .max(100)
    .meta({ description: 'Percent of failed messages at which a run waits for a person; 0: it does not.' }),
};

export const notificationSettingsSchema = z
  .object({ ...rules, version: z.number().int(), updated_at: moment })
  .meta({ id: 'NotificationSettings' });
export type NotificationSettings = z.infer<typeof notificationSettingsSchema>;

export const notificationSettingsBody = z
  .strictObject({ ...rules, reason })
  .meta({ id: 'NotificationSettingsChange' });
