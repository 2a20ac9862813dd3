import { z } from 'zod';
import { decimal } from '../decimal.js';
import { idSchema } from '../ids.js';
import { day, moment } from './fields.js';

export const deadlineRunBody = z
  .strictObject({
    dry_run: z.boolean().default(false).meta({ description: 'Sends nothing and writes no delivery.' }),
    office_ids: z
      .array(idSchema('office'))
      .min(1)
      .max(10_000)
      .optional()
      .meta({ description: 'All active ones when absent.' }),
    as_of: z
      .union([day, z.iso.datetime({ offset: true })])
      .optional()
      .meta({ description: 'A moment, or a date: its noon in each office. Now when absent.' }),
  })
  .meta({ id: 'DeadlineRunRequest' });
export type DeadlineRunBody = z.output<typeof deadlineRunBody>;

export const deadlineRunAcceptedSchema = z
  .object({ jobId: idSchema('job'), statusUrl: z.string() })
  .meta({ id: 'DeadlineRunAccepted' });

const count = z.number().int();
const counts = { email_sent: count, email_failed: count, push_sent: count, push_failed: count };

const driftSchema = z.object({
  kind: z.enum(['dropped', 'changed', 'added']),
  office_id: z.string(),
  staff_id: z.string(),
  channel: z.enum(['email', 'push']),
  deadline_ids: z.array(z.string()),
  reason: z.string(),
});

const exclusion = z.object({
  office_id: z.string(),
  staff_id: z.string(),
  staff_name: z.string().nullable(),
  deadline_id: z.string(),
  deadline_title: z.string().nullable(),
  channel: z.string(),
  threshold: count,
  reason: z.string(),
  detail: z.string().nullable(),
});

const sample = z.object({
  office_id: z.string(),
  staff_id: z.string(),
  channel: z.enum(['email', 'push']),
  subject: z.string(),
  text: z.string(),
  html: z.string().nullable(),
});

/** The content of a finished run's result. */
export const deadlineRunResultSchema = z
  .object({
    dry_run: z.boolean(),
    ...counts,
    held: count,
    unknown: count,
    offices_processed: count,
    offices_failed: z.array(z.object({ office_id: z.string(), error: z.string() })),
    offices: z.array(z.object({ office_id: z.string(), ...counts, held: count, unknown: count })),
    queries: count.meta({
      description: 'Reads of the planning, counted at the driver: 6 for each 500 offices.',
    }),
    duration_ms: count,
    stopped_by: z
      .enum(['canary', 'errors'])
      .nullable()
      .meta({ description: 'The gate at which a person ended it.' }),
    excluded: z.array(z.object({ reason: z.string(), channel: z.string(), count })),
    exclusions: z.array(exclusion).meta({ description: 'The first thousand, one by one.' }),
    samples: z.array(sample),
    drift: z.array(driftSchema),
  })
  .meta({ id: 'DeadlineRunResult' });
export type DeadlineRunResult = z.infer<typeof deadlineRunResultSchema>;

const runOfficeSchema = z
  .object({
    office_id: z.string(),
    name: z.string(),
    status: z.enum(['planned', 'done', 'failed', 'canceled']),
    planned_email: count,
    planned_push: count,
    held: count,
    ...counts,
    unknown: count,
    error: z.string().nullable(),
    updated_at: moment,
  })
  .meta({ id: 'DeadlineRunOffice' });
export type DeadlineRunOffice = z.infer<typeof runOfficeSchema>;

export const runOfficeQuery = z.strictObject({
  after: idSchema('office').optional().meta({ description: 'From nextAfter.' }),
  limit: decimal(1, 1_000, { standard: 100 }),
});

export const runOfficePageSchema = z
  .object({ items: z.array(runOfficeSchema), hasMore: z.boolean(), nextAfter: z.string().nullable() })
  .meta({ id: 'DeadlineRunOfficePage' });
