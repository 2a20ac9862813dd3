import { z } from 'zod';
import { roleSchema, type Role } from '../users/principal.js';

/** An own stored result, queried by DuckDB. It is always there and needs no configuration. */
export const RESULT_SOURCE = 'result';

const bound = z.number().int().positive();

/** A database that people may ask, as `SQL_DATA_SOURCES` names it. */
export const dataSourceSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,62}$/)
    .refine((name) => name !== RESULT_SOURCE, 'result is taken'),
  title: z.string().min(1).max(200).optional(),
  engine: z.literal('postgresql').default('postgresql'),
  /** Of the role that statements run as. It may read what it is meant to, and nothing else. */
  url: z.string().regex(/^postgres(ql)?:\/\//),
  /** The expected `current_user`; `sluice doctor` checks it. */
  role: z.string().min(1).max(63).optional(),
  /** Of a role with pg_monitor, for wait events, lock holders and temporary files. Without it they are unknown. */
  monitorUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .optional(),
  allowedRoles: z.array(roleSchema).min(1).default(['ANALYST', 'ADMIN']),
  limits: z
    .strictObject({
      statementTimeoutMs: bound.optional(),
      lockTimeoutMs: bound.optional(),
      rows: bound.optional(),
      bytes: bound.optional(),
    })
    .default({}),
});
export type DataSource = z.output<typeof dataSourceSchema>;

/** The sources of a configuration, each name once. */
export const dataSourcesSchema = z
  .array(dataSourceSchema)
  .refine(
    (sources) => new Set(sources.map(({ name }) => name)).size === sources.length,
    'a name stands twice',
  );

/** Never connected to: the engine for stored results stands in its place. */
export const resultSource: DataSource = {
  name: RESULT_SOURCE,
  title: 'Your stored results',
  engine: 'postgresql',
  url: 'postgres://nowhere',
  allowedRoles: ['ANALYST', 'ADMIN'],
  limits: {},
};

export function isAllowed(source: DataSource, role: Role): boolean {
  return source.allowedRoles.includes(role);
}
