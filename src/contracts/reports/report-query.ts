import { z } from 'zod';
import { dataSourceName, LONGEST_SQL, sqlParameterSchema } from '../sql/request.js';

/** Queries of one report. Each is a run of its own, and waits for its place like any other. */
const MOST_QUERIES = 20;

const chartKind = z.enum(['bar', 'line']);
const columnName = z.string().min(1).max(200);

const reportChartSchema = z
  .union([
    chartKind,
    z.strictObject({
      type: chartKind,
      x: columnName
        .optional()
        .meta({ description: 'The column of the categories; the first one if absent.' }),
      y: z
        .union([columnName, z.array(columnName).min(1).max(6)])
        .optional()
        .meta({ description: 'The columns of the values; every other column of numbers if absent.' }),
    }),
  ])
  .meta({ id: 'ReportQueryChart' });

const reportQuerySchema = z
  .strictObject({
    title: z.string().trim().min(1).max(200).meta({ description: 'The title of the section.' }),
    sql: z.string().min(1).max(LONGEST_SQL).meta({ description: 'One statement that only reads.' }),
    params: z.array(sqlParameterSchema).max(100).default([]).meta({ description: 'For `$1`, `$2`, …' }),
    data_source: dataSourceName.default('demo'),
    chart: reportChartSchema.optional(),
  })
  .meta({ id: 'ReportQuery' });
export type ReportQuery = z.output<typeof reportQuerySchema>;

/** All of them travel together in what the report's workflow is given. */
const LONGEST_QUERIES = 256 * 1024;

export const reportQueriesSchema = z
  .array(reportQuerySchema)
  .min(1)
  .max(MOST_QUERIES)
  .refine((queries) => JSON.stringify(queries).length <= LONGEST_QUERIES, {
    error: `all queries together must be at most ${LONGEST_QUERIES} characters`,
  });
