import type { Pool } from 'pg';
import type { DataSource } from '../../contracts/sql/data-source.js';
import { one, sql } from '../../db/base/sql.js';
import { createLogger } from '../../platform/logger.js';
import { createPool } from '../../platform/pool.js';
import { loadDataSources } from '../../platform/sql/data-sources.js';
import { failed, reasonOf, type Check, type Finding } from '../doctor.js';

/** Each data source, as its own role sees it. */
export const sqlCheck: Pick<Check, 'look'> = {
  async look({ config, local }) {
    // `npm start` makes a demo of its own where none is given.
    const given = config.sqlDataSources ?? local?.sqlDataSources;
    if (given === undefined) {
      const what = 'SQL_DATA_SOURCES is not set, and no `npm start` runs with a demo of its own.';
      return [{ state: 'unused', what }];
    }
    const found: Finding[] = [];
    for (const source of loadDataSources(given).values()) found.push(...(await lookAt(source)));
    return found;
  },
};

async function lookAt(source: DataSource): Promise<Finding[]> {
  const pool = createPool({
    databaseUrl: source.url,
    max: 1,
    applicationName: 'sluice-doctor',
    logger: createLogger({ level: 'silent', service: 'sluice-cli' }),
    statementTimeoutMs: 10_000,
  });
  try {
    return await examine(pool, source);
  } catch (error) {
    const fix = 'Check that it runs, that this machine may reach it, and the role and password of its url.';
    return [failed(`The data source ${source.name} cannot be used: ${reasonOf(error)}.`, fix)];
  } finally {
    await pool.end();
  }
}

/**
 * An example of each right that a role for people's statements must not have. It is asked by name, as its catalog may
 * be
 * closed.
 */
const functions = [
  'pg_sleep(double precision)',
  'pg_read_file(text)',
  'pg_ls_dir(text)',
  'lo_import(text)',
  'lo_create(oid)',
  'set_config(text, text, boolean)',
  'pg_advisory_lock(bigint)',
  'pg_notify(text, text)',
  'nextval(regclass)',
  'pg_cancel_backend(integer)',
  'pg_terminate_backend(integer, bigint)',
  'pg_reload_conf()',
  'query_to_xml(text, boolean, boolean, text)',
  'ts_stat(text)',
  'pg_stat_get_activity(integer)',
];
const relations = ['pg_stat_activity', 'pg_settings', 'pg_roles', 'pg_locks', 'pg_hba_file_rules'];
/** Roles of PostgreSQL whose members leave the database: files, programs, other sessions, all tables. */
const powers = [
  'pg_execute_server_program',
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_write_all_data',
  'pg_signal_backend',
];

interface Role {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly isReadOnly: boolean;
  readonly mayWrite: boolean;
  readonly powers: string[];
  readonly open: string[];
}

async function examine(pool: Pool, source: DataSource): Promise<Finding[]> {
  // SHOW works where current_setting is revoked.
  const { is_superuser: superuser } = await one<{ is_superuser: string }>(pool, sql`show is_superuser`);
  const { default_transaction_read_only: readOnly } = await one<{ default_transaction_read_only: string }>(
    pool,
    sql`show default_transaction_read_only`,
  );
  const rights = await one<Pick<Role, 'name' | 'mayWrite' | 'powers' | 'open'>>(
    pool,
    sql`select current_user as name,
               has_database_privilege(current_database(), 'create, temporary')
                 or exists (select from information_schema.tables
                             where table_schema not in ('pg_catalog', 'information_schema')
                               and has_table_privilege(format('%I.%I', table_schema, table_name),
                                                       'insert, update, delete, truncate')) as "mayWrite",
               array(select name from unnest(${powers}::text[]) as name where pg_has_role(name, 'member')) as powers,
               array(select name from unnest(${functions}::text[]) as name
                      where has_function_privilege('pg_catalog.' || name, 'execute')) ||
               array(select name from unnest(${relations}::text[]) as name
                      where has_table_privilege('pg_catalog.' || name, 'select')) as open`,
  );
  const flaws = flawsOf(
    { ...rights, isSuperuser: superuser === 'on', isReadOnly: readOnly === 'on' },
    source,
  );
  if (flaws.length > 0) return flaws;
  const what = `The data source ${source.name} is asked as ${rights.name}, which can only read.`;
  return [{ state: 'ok', what }];
}

function flawsOf(role: Role, { name, role: wanted }: DataSource): Finding[] {
  const who = `The data source ${name} is asked as ${role.name}`;
  const found: Finding[] = [];
  if (wanted !== undefined && wanted !== role.name) {
    found.push(failed(`${who}, not as ${wanted}.`, 'Correct its url, or its role.'));
  }
  if (role.isSuperuser) {
    const fix = 'Use a role of its own with nothing but CONNECT, USAGE and SELECT.';
    return [...found, failed(`${who}, a superuser: nothing is kept from it.`, fix)];
  }
  if (role.mayWrite) {
    const fix = 'Revoke all but SELECT from it and from PUBLIC, and CREATE and TEMPORARY on the database.';
    found.push(failed(`${who}, which may write or create.`, fix));
  }
  if (role.powers.length > 0) {
    const members = role.powers.join(', ');
    found.push(failed(`${who}, a member of ${members}.`, `revoke ${members} from ${role.name}`));
  }
  return [...found, ...warningsOf(role, who)];
}

function warningsOf(role: Role, who: string): Finding[] {
  const found: Finding[] = [];
  if (!role.isReadOnly) {
    const fix = `alter role ${role.name} set default_transaction_read_only = on`;
    found.push({ state: 'warning', what: `${who}, whose transactions may write by default.`, fix });
  }
  if (role.open.length > 0) {
    const what = `${who}, which may use ${role.open.join(', ')}.`;
    found.push({ state: 'warning', what, fix: 'Revoke them from PUBLIC in that database.' });
  }
  return found;
}
