import { z } from 'zod';

/** Kinds of records that are removed some day. */
export const keptKinds = [
  'runs',
  'contents',
  'results',
  'sql_log',
  'webhook_deliveries',
  'notification_deliveries',
  'caught_mails',
  'audit_log',
  'idempotency_keys',
] as const;
export type KeptKind = (typeof keptKinds)[number];

const keptSchema = z.object({
  kind: z.enum(keptKinds),
  keepHours: z
    .number()
    .nullable()
    .meta({ description: 'How long after its end, or after it came where it has none. Null: for ever.' }),
  variable: z.string().nullable().meta({ description: 'The variable that says so. Null: it is fixed.' }),
  rows: z.number(),
  isEstimate: z.boolean().meta({ description: 'Many rows are not counted: PostgreSQL estimates them.' }),
  bytes: z.number().meta({ description: 'In PostgreSQL, indexes included.' }),
  oldestAt: z.string().nullable(),
});
export type Kept = z.infer<typeof keptSchema>;

export const retentionSchema = z
  .object({
    kept: z.array(keptSchema),
    lastRunAt: z
      .string()
      .nullable()
      .meta({ description: 'When it was removed last. Null: never, or Temporal did not answer.' }),
    nextRunAt: z.string().nullable(),
  })
  .meta({ id: 'Retention' });
export type Retention = z.infer<typeof retentionSchema>;
