import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import {
  address,
  changesSomething,
  externalId,
  flagText,
  language,
  line,
  mustChange,
  quietHours,
  reason,
  versioned,
} from './fields.js';

export const staffSchema = z
  .object({
    id: idSchema('staff'),
    office_id: z.string(),
    office_name: z.string(),
    name: z.string(),
    email: z.string(),
    language,
    notify_email: z.boolean(),
    notify_push: z.boolean(),
    digest: z.boolean(),
    quiet_hours: quietHours,
    is_active: z.boolean(),
    suppressed: z.string().nullable().meta({
      description: 'What the server said when it refused the address for good. A new address clears it.',
    }),
    ...versioned,
  })
  .meta({ id: 'Staff' });
export type Staff = z.infer<typeof staffSchema>;

const choices = {
  language: language.default('en'),
  notify_email: z.boolean().default(true),
  notify_push: z.boolean().default(true),
  digest: z.boolean().default(true),
  quiet_hours: quietHours.default(null),
  is_active: z.boolean().default(true),
};

export const newStaffSchema = z
  .strictObject({ office_id: idSchema('office'), name: line(200), email: address, ...choices, reason })
  .meta({ id: 'NewStaff' });

export const staffChangeSchema = z
  .strictObject({
    name: line(200).optional(),
    email: address.optional(),
    language: language.optional(),
    notify_email: z.boolean().optional(),
    notify_push: z.boolean().optional(),
    digest: z.boolean().optional(),
    quiet_hours: quietHours.optional(),
    is_active: z.boolean().optional(),
    reason,
  })
  .refine(changesSomething, mustChange)
  .meta({ id: 'StaffChange' });

export const staffPageSchema = pageOf(staffSchema).meta({ id: 'StaffPage' });
export const staffListQuery = z.strictObject({
  office_id: idSchema('office').optional(),
  email: address.optional(),
  is_active: flagText.optional(),
  q: line(200).optional().meta({ description: 'Beginning of the name or the address.' }),
  ...pageQuery,
});

/** A cell of a table is text; a line of NDJSON may say it as it is. Nothing at all is the standard. */
const flagCell = z
  .union([
    z.boolean(),
    z
      .enum(['true', 'false', '1', '0', ''])
      .transform((cell) => (cell === '' ? undefined : cell === 'true' || cell === '1')),
  ])
  .optional();

/** A line of an import: one person of an office, found again by the address. */
export const staffLine = z.strictObject({
  office_external_id: externalId,
  email: address,
  name: line(200).optional(),
  language: language.optional(),
  notify_email: flagCell,
  notify_push: flagCell,
});
