import { z } from 'zod';
import { cronSchema } from '../reports/schedule.js';
import { moment, reason, timeZone } from './fields.js';

export const notificationScheduleSchema = z
  .object({
    cron: z.string(),
    time_zone: z.string(),
    enabled: z.boolean(),
    next_runs: z
      .array(z.string())
      .meta({ description: 'The next times that it is due, none while it is paused.' }),
    sync: z.enum(['applied', 'pending']).meta({
      description:
        'pending: Temporal does not know the last change yet. It will, without anybody asking again.',
    }),
    version: z.number().int(),
    updated_at: moment,
  })
  .meta({ id: 'NotificationSchedule' });
export type NotificationSchedule = z.infer<typeof notificationScheduleSchema>;

export const notificationScheduleBody = z
  .strictObject({ cron: cronSchema, time_zone: timeZone, enabled: z.boolean().default(true), reason })
  .meta({ id: 'NotificationScheduleChange' });
