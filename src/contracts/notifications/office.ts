import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import {
  changesSomething,
  externalId,
  flagText,
  line,
  mustChange,
  reason,
  timeZone,
  versioned,
} from './fields.js';

export const officeSchema = z
  .object({
    id: idSchema('office'),
    external_id: z.string().nullable(),
    name: z.string(),
    time_zone: z.string(),
    is_active: z.boolean(),
    ...versioned,
  })
  .meta({ id: 'Office' });
export type Office = z.infer<typeof officeSchema>;

export const newOfficeSchema = z
  .strictObject({
    external_id: externalId.optional(),
    name: line(200),
    time_zone: timeZone,
    is_active: z.boolean().default(true),
    reason,
  })
  .meta({ id: 'NewOffice' });

export const officeChangeSchema = z
  .strictObject({
    external_id: externalId.nullable().optional(),
    name: line(200).optional(),
    time_zone: timeZone.optional(),
    is_active: z.boolean().optional(),
    reason,
  })
  .refine(changesSomething, mustChange)
  .meta({ id: 'OfficeChange' });

export const officePageSchema = pageOf(officeSchema).meta({ id: 'OfficePage' });
export const officeListQuery = z.strictObject({
  external_id: externalId.optional(),
  is_active: flagText.optional(),
  q: line(200).optional().meta({ description: 'Beginning of the name.' }),
  ...pageQuery,
});

/** A line of an import. */
export const officeLine = z.strictObject({ external_id: externalId, name: line(200), time_zone: timeZone });
