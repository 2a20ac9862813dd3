import { z } from 'zod';
import { languages } from '../../domain/notifications/planning-facts.js';
import { isTimeZone } from '../../domain/time-zone.js';

/** Fields that several records of the notifications share. */
export const moment = z.string().meta({ description: 'RFC 3339, UTC, with microseconds.' });

// No control characters: names and titles are shown, logged and mailed.
export const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    // oxlint-disable-next-line no-control-regex -- that is what is refused
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not contain control characters');

export const externalId = line(200).meta({ description: 'What the system that it comes from calls it.' });

export const timeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, 'must be a time zone like Asia/Tokyo or UTC')
  .meta({ description: 'A name of the IANA time zone database.', examples: ['Asia/Tokyo'] });

export const address = z.string().trim().max(254).pipe(z.email());
export const language = z.enum(languages);
export const day = z.iso.date().meta({ description: 'A calendar date, 2026-03-31.' });
export const reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .optional()
  .meta({ description: 'Why, for the audit log.' });
export const removalSchema = z.strictObject({ reason }).meta({ id: 'Removal' });

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day like 22:00');
export const quietHours = z
  .strictObject({ from: clock, to: clock })
  .nullable()
  .meta({ description: 'By the clocks of the office; the end is not quiet any more. Null: none.' });

export const flagText = z.enum(['true', 'false']).transform((text) => text === 'true');

export const versioned = {
  version: z.number().int().meta({ description: 'Counts changes; the ETag.' }),
  created_at: moment,
  updated_at: moment,
};

/** For a change: one that changes nothing is a mistake. */
export function changesSomething(change: object): boolean {
  return Object.entries(change).some(([name, value]) => name !== 'reason' && value !== undefined);
}
export const mustChange = { message: 'must change something' };
