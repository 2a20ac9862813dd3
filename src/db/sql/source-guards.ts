import { isDeniedFunction, isDeniedRelation } from '../../domain/sql/denied-functions.js';
import { many, sql, type Db } from '../base/sql.js';

/**
 * Rights that PostgreSQL grants to everybody and a role for people's statements should not have. The check of a
 * statement comes before this; these revokes hold where the check has a hole.
 */

/** The views of the information schema call these in the name of their reader. They show definitions alone. */
const neededByInformationSchema: ReadonlySet<string> = new Set([
  'pg_has_role',
  'pg_is_other_temp_schema',
  'pg_my_temp_schema',
  'pg_column_is_updatable',
  'pg_relation_is_updatable',
  'pg_get_viewdef',
  'pg_get_function_arg_default',
  'pg_get_function_sqlbody',
  'pg_get_ruledef',
  'pg_get_triggerdef',
  'pg_get_partkeydef',
  'pg_char_to_encoding',
  'pg_encoding_to_char',
  'pg_encoding_max_length',
  'pg_options_to_table',
  'pg_sequence_parameters',
  'pg_trigger_depth',
  'current_schemas',
]);

export interface OpenGrant {
  /** As it stands in a REVOKE: `function pg_catalog.pg_sleep(double precision)`. */
  readonly object: string;
}

/** Rights that `role` has and should not. */
export async function openGrants(db: Db, role: string): Promise<OpenGrant[]> {
  const functions = await many<{ name: string; object: string }>(
    db,
    sql`select proname as name, format('function pg_catalog.%I(%s)', proname, pg_get_function_identity_arguments(oid)) as object
          from pg_proc
         where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f'
           and prorettype not in ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
           and not exists (select from pg_type where oid = any(proargtypes) and typname in ('internal', 'cstring'))
           and has_function_privilege(${role}, oid, 'execute')`,
  );
  const relations = await many<{ name: string; object: string }>(
    db,
    sql`select relname as name, format('table pg_catalog.%I', relname) as object
          from pg_class
         where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v')
           and has_table_privilege(${role}, oid, 'select')`,
  );
  return [
    ...functions.filter(({ name }) => isDeniedFunction(name) && !neededByInformationSchema.has(name)),
    ...relations.filter(({ name }) => isDeniedRelation(undefined, name)),
  ].map(({ object }) => ({ object }));
}

/** Takes from everybody, in this database, what the role should not have. Superusers keep everything. */
export async function revokeOpenGrants(db: Db, role: string): Promise<number> {
  const open = await openGrants(db, role);
  const revokes = open.map(({ object }) => {
    const right = object.startsWith('function') ? 'execute' : 'select';
    return `revoke ${right} on ${object} from public`;
  });
  // In one go, so in one transaction: there are hundreds, and each commit waits for the disk.
  if (revokes.length > 0) await db.query(revokes.join(';\n'));
  return open.length;
}
