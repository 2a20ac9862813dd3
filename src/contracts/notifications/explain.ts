import { z } from 'zod';
import { channels, languages } from '../../domain/notifications/planning-facts.js';
import { idSchema } from '../ids.js';
import { day, moment } from './fields.js';

export const explainQuery = z.strictObject({
  staff_id: idSchema('staff'),
  deadline_id: idSchema('deadline'),
  language: z.enum(languages).default('en').meta({ description: 'Of the summary.' }),
});

const standing = {
  date: day.meta({ description: 'By the clocks of the office.' }),
  days_left: z.number().int(),
  threshold: z
    .number()
    .int()
    .nullable()
    .meta({ description: 'What was reached last; -1 when overdue, null before the first.' }),
  next_on: day.nullable(),
};

const channelNow = z.object({
  channel: z.enum(channels),
  would_send: z.boolean(),
  reason: z.string().nullable().meta({ description: 'Why it would not, or would be held.' }),
  detail: z.string().nullable().meta({ description: 'The delivery or the moment that the reason rests on.' }),
});

const told = z.object({
  channel: z.enum(channels),
  outcome: z.enum(['delivery', 'excluded']),
  status: z.string().nullable(),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  delivery_id: z.string().nullable(),
  threshold: z.number().int(),
  next_eligible_at: moment.nullable(),
  sent_at: moment.nullable(),
});

export const explanationSchema = z
  .object({
    staff_id: z.string(),
    deadline_id: z.string(),
    office_id: z.string(),
    summary: z.string().meta({ description: 'The answer in one sentence.' }),
    deadline: z.object({ title: z.string(), due_on: day, state: z.string(), critical: z.boolean() }),
    now: z
      .object({ ...standing, channels: z.array(channelNow) })
      .nullable()
      .meta({ description: 'What a run would do at this moment. Null: the office cannot be planned.' }),
    runs: z
      .array(
        z.object({
          job_id: z.string(),
          at: moment,
          dry_run: z.boolean(),
          office_status: z.string(),
          error: z.string().nullable(),
          standing: z.object(standing).nullable(),
          told: z.array(told),
        }),
      )
      .meta({ description: 'What earlier runs decided and on which facts, newest first.' }),
  })
  .meta({ id: 'NotificationExplanation' });
export type Explanation = z.infer<typeof explanationSchema>;
