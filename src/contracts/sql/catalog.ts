import { z } from 'zod';

export const dataSourceListSchema = z
  .object({
    data_sources: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        engine: z.enum(['postgresql', 'duckdb']),
        dialect: z.string(),
        limits: z.object({
          statement_timeout_ms: z.number(),
          rows: z.number(),
          bytes: z.number(),
          confirm_rows: z.number(),
        }),
      }),
    ),
  })
  .meta({ id: 'SqlDataSources' });

export const sqlSchemaSchema = z
  .object({
    data_source: z.string(),
    tables: z.array(
      z.object({
        schema: z.string(),
        name: z.string(),
        estimated_rows: z.number().nullable(),
        columns: z.array(z.object({ name: z.string(), type: z.string(), nullable: z.boolean() })),
      }),
    ),
  })
  .meta({ id: 'SqlSchema' });
