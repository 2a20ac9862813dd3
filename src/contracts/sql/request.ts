import { z } from 'zod';
import { decimal } from '../decimal.js';
import { idSchema } from '../ids.js';

/** Longer ones are refused before anything looks at them. */
export const LONGEST_SQL = 100_000;

/** Types that a parameter may name, with PostgreSQL's numbers for them. */
export const parameterTypes = {
  text: 25,
  boolean: 16,
  integer: 23,
  bigint: 20,
  numeric: 1700,
  double: 701,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  uuid: 2950,
  jsonb: 3802,
  'text[]': 1009,
  'bigint[]': 1016,
} as const;
export type ParameterType = keyof typeof parameterTypes;

const plain = z.union([z.string().max(LONGEST_SQL), z.number(), z.boolean(), z.null()]);

/** A bare value takes the type that the statement wants at its place. */
export const sqlParameterSchema = z
  .union([
    plain,
    z.strictObject({
      type: z.enum(Object.keys(parameterTypes) as [ParameterType, ...ParameterType[]]),
      value: z.union([plain, z.array(plain).max(10_000)]),
    }),
  ])
  .meta({ id: 'SqlParameter' });
export type SqlParameter = z.infer<typeof sqlParameterSchema>;

export const dataSourceName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'must be the name of a data source')
  .meta({ description: 'A configured data source, or `result` for your own stored results.' });

export const executeSqlBody = z
  .strictObject({
    sql: z.string().min(1).max(LONGEST_SQL).meta({ description: 'One statement that only reads.' }),
    params: z.array(sqlParameterSchema).max(100).default([]).meta({ description: 'For `$1`, `$2`, …' }),
    data_source: dataSourceName.default('demo'),
    row_limit: z
      .number()
      .int()
      .min(1)
      .max(100_000_000)
      .optional()
      .meta({ description: 'Rows kept at most.' }),
    max_age_seconds: z.number().int().min(0).max(31_536_000).optional().meta({
      description: 'A result of the same statement that is no older is given instead of running it.',
    }),
    confirm_token: z.string().min(1).max(200).optional(),
    remember_confirmation: z
      .boolean()
      .optional()
      .meta({ description: 'With a token: do not ask again today for statements like this one.' }),
  })
  .meta({ id: 'ExecuteSql' });
export type ExecuteSql = z.infer<typeof executeSqlBody>;

export const sqlSessionId = idSchema('sql');

export const sqlResultsQuery = z.strictObject({
  offset: decimal(0, Number.MAX_SAFE_INTEGER, { standard: 0 }),
  limit: decimal(1, 10_000, { standard: 1_000 }),
});

/** Rows that the answer of `/execute` carries; the rest is read from the results. */
export const FIRST_ROWS = 1_000;
