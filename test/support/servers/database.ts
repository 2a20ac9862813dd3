import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { migrateUp, readMigrations } from '../../../src/db/base/migrate.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createPool } from '../../../src/platform/pool.js';

export interface TestDatabase {
  readonly pool: pg.Pool;
  readonly url: string;
}

const TEMPLATE_LOCK = 91_001;

/** A migrated database of this test file's own, cloned from a template and dropped afterwards. */
export function useDatabase(): TestDatabase {
  return useDatabaseFrom(async (admin) => {
    const template = await ensureTemplate(admin);
    return `template ${template}`;
  });
}

/** The same without any table. */
export function useEmptyDatabase(): TestDatabase {
  return useDatabaseFrom(() => Promise.resolve('template template0'));
}

function useDatabaseFrom(source: (admin: pg.Pool) => Promise<string>): TestDatabase {
  const name = `test_${randomBytes(6).toString('hex')}`;
  let pool: pg.Pool | undefined;
  const opened = {
    get pool() {
      return present(pool);
    },
    url: urlOf(name),
  };
  beforeAll(async () => {
    await withAdmin(async (admin) => {
      await admin.query(`create database ${name} ${await source(admin)}`);
    });
    pool = poolOf(opened.url, 25);
  });
  afterAll(async () => {
    await pool?.end();
    await withAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
  });
  return opened;
}

function present(pool: pg.Pool | undefined): pg.Pool {
  if (pool === undefined)
    throw new Error('the database is there only while tests run: use it inside a test or a hook');
  return pool;
}

/** A template database for each state of the migrations, made once for all test files. */
async function ensureTemplate(admin: pg.Pool): Promise<string> {
  const migrations = await readMigrations();
  const digest = migrations.reduce((sum, migration) => sum + migration.checksum.slice(0, 4), '');
  const name = `template_${hashOf(digest)}`;
  const client = await admin.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await makeTemplate(client, name, migrations);
    return name;
  } finally {
    client.release(true);
  }
}

async function makeTemplate(
  client: pg.PoolClient,
  name: string,
  migrations: Awaited<ReturnType<typeof readMigrations>>,
): Promise<void> {
  const making = `${name}_making`;
  await client.query(`drop database if exists ${making} with (force)`);
  await client.query(`create database ${making} template template0`);
  const pool = poolOf(urlOf(making), 2);
  try {
    await migrateUp(pool, migrations);
  } finally {
    await pool.end();
  }
  await client.query(`alter database ${making} rename to ${name}`);
}

function hashOf(text: string): string {
  let hash = 0n;
  for (const character of text) hash = (hash * 31n + BigInt(character.charCodeAt(0))) % 0xffffffffffffn;
  return hash.toString(16);
}

async function withAdmin(work: (admin: pg.Pool) => Promise<unknown>): Promise<void> {
  const admin = poolOf(adminUrl(), 2);
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function poolOf(databaseUrl: string, max: number): pg.Pool {
  const logger = createLogger({ level: 'silent', service: 'test' });
  return createPool({
    databaseUrl,
    max,
    applicationName: 'test',
    logger,
    statementTimeoutMs: 120_000,
    // A server that copies databases for other test files answers a new connection late.
    connectTimeoutMs: 60_000,
  });
}

function adminUrl(): string {
  const url = process.env['SLUICE_TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('run the tests with `npm test`: it starts their database');
  return url;
}

function urlOf(name: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  return url.href;
}
