import { z } from 'zod';
import { progressBases, runPhases } from '../../domain/sql/progress.js';

export const sqlColumnSchema = z.object({ name: z.string(), type: z.string() }).meta({ id: 'SqlColumn' });

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const rows = z
  .array(z.array(cell))
  .meta({ description: 'numeric and 64-bit integers are strings, NULL is null.' });

export const sqlEstimateSchema = z
  .object({
    rows: z.number().nullable(),
    bytes: z.number().nullable(),
    cost: z.number().nullable(),
    basis: z.enum(['plan', 'history', 'none']),
    usual_ms: z.number().nullable().meta({ description: 'How long statements like this one took.' }),
    usual_rows: z.number().nullable(),
    learned_from: z.number().int().meta({ description: 'Runs that the usual values rest on.' }),
  })
  .meta({ id: 'SqlEstimate' });

export const sqlCompletedSchema = z
  .object({
    success: z.literal(true),
    status: z.literal('completed'),
    session_id: z.string(),
    job_id: z.string(),
    columns: z.array(sqlColumnSchema),
    rows,
    row_count: z.number().int(),
    truncated: z.boolean(),
    execution_ms: z.number(),
    cached: z
      .boolean()
      .meta({ description: 'True: the result of an earlier run, or of one that ran already.' }),
  })
  .meta({ id: 'SqlCompleted' });

export const sqlConfirmationSchema = z
  .object({
    success: z.literal(false),
    status: z.literal('confirmation_required'),
    estimate: sqlEstimateSchema,
    confirm_token: z.string(),
    confirmation_id: z.string().meta({ description: 'The same question as the inbox shows it.' }),
    expires_at: z.string(),
    message: z.string(),
  })
  .meta({ id: 'SqlConfirmationRequired' });

export const sqlEndedSchema = z
  .object({
    success: z.literal(false),
    status: z.enum(['error', 'canceled']),
    session_id: z.string(),
    job_id: z.string(),
    error: z.object({ code: z.string(), message: z.string() }),
  })
  .meta({ id: 'SqlEnded' });

export const sqlAcceptedSchema = z
  .object({
    success: z.literal(true),
    status: z.literal('processing'),
    session_id: z.string(),
    job_id: z.string(),
    status_url: z.string(),
    results_url: z.string(),
    queue_position: z.number().int().meta({ description: '0: it has a place.' }),
    estimate: sqlEstimateSchema.nullable(),
    message: z.string().optional(),
  })
  .meta({ id: 'SqlAccepted' });

export const sqlStatusSchema = z
  .object({
    session_id: z.string(),
    job_id: z.string(),
    status: z.enum(['processing', 'completed', 'error', 'canceled']),
    progress_percentage: z.number().int(),
    is_complete: z.boolean(),
    phase: z.enum(runPhases),
    basis: z.enum(progressBases).meta({ description: 'What the percentage rests on.' }),
    waiting_on: z.string().nullable().meta({ description: 'What the statement waits for right now.' }),
    temp_bytes: z.number().nullable().meta({ description: 'Temporary files that it has on disk.' }),
    queue_position: z.number().int(),
    expected_start_ms: z.number().nullable().meta({ description: 'Until it may get a place.' }),
    row_count: z.number().int().nullable(),
    execution_ms: z.number().nullable(),
    eta_ms: z.number().nullable(),
    poll_after_ms: z.number().int(),
    attempt: z
      .number()
      .int()
      .meta({ description: '2: it is run again after its worker or database was lost.' }),
    cached: z.boolean(),
    data_source: z.string(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: 'SqlStatus' });
export type SqlStatus = z.infer<typeof sqlStatusSchema>;

export const sqlResultsSchema = z
  .object({
    columns: z.array(sqlColumnSchema),
    rows,
    total_rows: z.number().int(),
    truncated: z.boolean(),
    next_offset: z.number().int().nullable(),
    sha256: z.string().meta({ description: 'Of the whole stored result.' }),
  })
  .meta({ id: 'SqlResults' });
