import type { Pool } from 'pg';
import { readMigrations } from '../../db/base/migrate.js';
import { many, one, sql } from '../../db/base/sql.js';
import { createLogger } from '../../platform/logger.js';
import { createPool } from '../../platform/pool.js';
import { failed, reasonOf, type Check, type Finding } from '../doctor.js';

const OLDEST_VERSION = 14;

export const postgresqlCheck: Pick<Check, 'look'> = {
  async look({ config, local }) {
    const databaseUrl = config.databaseUrl ?? local?.databaseUrl;
    if (databaseUrl === undefined)
      return [{ state: 'unused', what: 'DATABASE_URL is not set: `npm start` brings its own.' }];
    const logger = createLogger({ level: 'silent', service: 'sluice-cli' });
    const pool = createPool({
      databaseUrl,
      max: 1,
      applicationName: 'sluice-doctor',
      logger,
      statementTimeoutMs: 5_000,
    });
    try {
      return await examine(pool, config.databasePoolMax);
    } catch (error) {
      const where = new URL(databaseUrl);
      const fix =
        'Check that it runs, that this machine may reach it, and user, password and database of DATABASE_URL.';
      return [failed(`PostgreSQL at ${where.host} cannot be used: ${reasonOf(error)}.`, fix)];
    } finally {
      await pool.end();
    }
  },
};

interface Server {
  version: number;
  shown: string;
  encoding: string;
  maxConnections: number;
  mayCreate: boolean;
  isReplica: boolean;
}

async function examine(pool: Pool, poolMax: number): Promise<Finding[]> {
  const server = await one<Server>(
    pool,
    sql`select current_setting('server_version_num')::int / 10000 as version,
               current_setting('server_version') as shown,
               current_setting('server_encoding') as encoding,
               current_setting('max_connections')::int as "maxConnections",
               has_schema_privilege(current_schema(), 'create') as "mayCreate",
               pg_is_in_recovery() as "isReplica"`,
  );
  const found: Finding[] = [
    { state: 'ok', what: `PostgreSQL ${server.shown} answers.` },
    ...flaws(server, poolMax),
  ];
  return [...found, ...(await schema(pool))];
}

function flaws(server: Server, poolMax: number): Finding[] {
  const found: Finding[] = [];
  if (server.version < OLDEST_VERSION) {
    found.push(
      failed(`PostgreSQL ${server.shown} is too old.`, `Use PostgreSQL ${OLDEST_VERSION} or newer.`),
    );
  }
  if (server.isReplica)
    found.push(failed('This is a read-only replica.', 'Set DATABASE_URL to the primary.'));
  if (server.encoding !== 'UTF8') {
    found.push(
      failed(`The database is encoded as ${server.encoding}.`, 'Create it anew with encoding UTF8.'),
    );
  }
  if (!server.mayCreate) {
    found.push(
      failed(
        'The user may not create tables in its schema.',
        'Make it the owner of the database, or grant create on the schema.',
      ),
    );
  }
  if (poolMax * 2 + 5 > server.maxConnections) {
    const what = `One API and one worker may open ${poolMax * 2 + 2} connections, and the server allows ${server.maxConnections}.`;
    found.push({ state: 'warning', what, fix: 'Lower DATABASE_POOL_MAX or raise max_connections.' });
  }
  return found;
}

async function schema(pool: Pool): Promise<Finding[]> {
  const known = new Map((await readMigrations()).map(({ name, checksum }) => [name, checksum]));
  const { exists } = await one<{ exists: boolean }>(
    pool,
    sql`select to_regclass('schema_migrations') is not null as exists`,
  );
  const applied = exists
    ? await many<{ name: string; checksum: string }>(
        pool,
        sql`select name, checksum from schema_migrations order by name`,
      )
    : [];
  const names = new Set(applied.map(({ name }) => name));
  const newer = applied.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  const changed = applied.filter(({ name, checksum }) => known.has(name) && known.get(name) !== checksum);
  const missing = [...known.keys()].filter((name) => !names.has(name));
  if (newer.length > 0) {
    return [
      failed(
        `The schema is newer than this program (${newer.join(', ')}).`,
        'Start the newer version, or use another database.',
      ),
    ];
  }
  if (changed.length > 0) {
    const list = changed.map(({ name }) => name).join(', ');
    return [
      failed(
        `Migrations were applied with another content (${list}).`,
        'Use the release that the database was made with.',
      ),
    ];
  }
  if (missing.length > 0) {
    return [
      failed(
        `${missing.length} migration(s) are not applied, the first is ${missing[0]}.`,
        'Run `sluice migrate`.',
      ),
    ];
  }
  return [{ state: 'ok', what: `The schema is up to date (${known.size} migrations).` }];
}
