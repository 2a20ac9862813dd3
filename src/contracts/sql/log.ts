import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { timesInOrder } from '../times-in-order.js';
import { dataSourceName, sqlParameterSchema } from './request.js';
import { sqlEstimateSchema, sqlStatusSchema } from './session.js';

const moment = z.string().meta({ description: 'RFC 3339, UTC, with microseconds.' });

export const sqlExecutionSchema = z
  .object({
    session_id: z.string(),
    user_id: z.string(),
    user_name: z.string(),
    data_source: z.string(),
    sql: z.string(),
    fingerprint: z.string(),
    outcome: z.enum(['completed', 'error', 'canceled']),
    error_code: z.string().nullable(),
    cached: z.boolean(),
    attempts: z.number().int(),
    row_count: z.number().nullable(),
    bytes: z.number().nullable(),
    queued_ms: z.number().nullable(),
    execution_ms: z.number().nullable(),
    estimated_rows: z.number().nullable(),
    estimated_cost: z.number().nullable(),
    peak_memory: z.number().nullable().meta({ description: 'Bytes that its worker had in memory at most.' }),
    started_at: moment,
    finished_at: moment,
  })
  .meta({ id: 'SqlExecution' });
export type SqlExecution = z.infer<typeof sqlExecutionSchema>;

export const sqlExecutionPage = pageOf(sqlExecutionSchema).meta({ id: 'SqlExecutionPage' });

const logFilters = {
  user_id: idSchema('user').optional(),
  data_source: dataSourceName.optional(),
  outcome: z.enum(['completed', 'error', 'canceled']).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
};

export const sqlLogFilterQuery = z.strictObject(logFilters).superRefine(timesInOrder('from', 'to'));
export type SqlLogFilters = z.infer<typeof sqlLogFilterQuery>;

export const sqlLogQuery = z
  .strictObject({ ...logFilters, ...pageQuery })
  .superRefine(timesInOrder('from', 'to'));

export const sqlSessionItem = sqlStatusSchema
  .pick({ session_id: true, status: true, progress_percentage: true, row_count: true, execution_ms: true })
  .extend({
    sql: z.string(),
    data_source: z.string(),
    truncated: z.boolean(),
    cached: z.boolean(),
    created_at: moment,
    finished_at: moment.nullable(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: 'SqlSession' });

export const sqlSessionSchema = sqlSessionItem
  .extend({
    params: z.array(sqlParameterSchema),
    row_limit: z.number().int().nullable(),
    estimate: sqlEstimateSchema.nullable(),
  })
  .meta({ id: 'SqlSessionDetail' });
export type SqlSession = z.infer<typeof sqlSessionSchema>;

export const sqlSessionPage = pageOf(sqlSessionItem).meta({ id: 'SqlSessionPage' });

export const sqlSessionsQuery = z.strictObject({
  status: z.enum(['processing', 'completed', 'error', 'canceled']).optional(),
  data_source: dataSourceName.optional(),
  ...pageQuery,
});
