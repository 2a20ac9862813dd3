import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { changesSomething, day, externalId, line, mustChange, reason, versioned } from './fields.js';

const state = z.enum(['open', 'closed']);

export const deadlineSchema = z
  .object({
    id: idSchema('deadline'),
    office_id: z.string(),
    office_name: z.string(),
    external_id: z.string().nullable(),
    title: z.string(),
    due_on: day,
    state,
    critical: z.boolean().meta({ description: 'It ignores mutes.' }),
    ...versioned,
  })
  .meta({ id: 'Deadline' });
export type Deadline = z.infer<typeof deadlineSchema>;

export const newDeadlineSchema = z
  .strictObject({
    office_id: idSchema('office'),
    external_id: externalId.optional(),
    title: line(300),
    due_on: day,
    state: state.default('open'),
    critical: z.boolean().default(false),
    reason,
  })
  .meta({ id: 'NewDeadline' });

export const deadlineChangeSchema = z
  .strictObject({
    external_id: externalId.nullable().optional(),
    title: line(300).optional(),
    due_on: day.optional(),
    state: state.optional(),
    critical: z.boolean().optional(),
    reason,
  })
  .refine(changesSomething, mustChange)
  .meta({ id: 'DeadlineChange' });

export const deadlinePageSchema = pageOf(deadlineSchema).meta({ id: 'DeadlinePage' });
export const deadlineListQuery = z.strictObject({
  office_id: idSchema('office').optional(),
  state: state.optional(),
  due_from: day.optional(),
  due_to: day.optional().meta({ description: 'On this day or before.' }),
  ...pageQuery,
});

/** A line of an import, found again by its external id, else by office, title and date. */
export const deadlineLine = z.strictObject({
  office_external_id: externalId,
  external_id: externalId.or(z.literal('').transform(() => undefined)).optional(),
  title: line(300),
  due_on: day,
});
