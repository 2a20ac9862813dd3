import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Pool, PoolClient } from 'pg';

/**
 * M1. A session-level advisory lock admits a single migrator: any number of processes may start at once.
 * M2. A released file never changes: its checksum is kept, and a different one stops the start.
 * M3. Each file commits with its row, except one that begins with `-- no-transaction` (CREATE INDEX CONCURRENTLY).
 *     Such a file must be safe to repeat after a crash in its middle.
 * M4. A database with a migration that this program does not know is newer than the program, and is left alone.
 */
const MIGRATION_LOCK = 7_203_146_221;

export interface Migration {
  readonly name: string;
  readonly up: string;
  readonly down: string;
  readonly checksum: string;
  readonly transactional: boolean;
}

export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError';
  constructor(readonly unknown: readonly string[]) {
    super(
      `the database was made by a newer version of this program (it has ${unknown.join(', ')}); ` +
        'start that version, or choose another SLUICE_HOME or DATABASE_URL',
    );
  }
}

export class ChangedMigrationError extends Error {
  override readonly name = 'ChangedMigrationError';
  constructor(readonly migration: string) {
    super(`migration ${migration} was applied with another content; released migrations never change`);
  }
}

export const migrationsFolder = fileURLToPath(new URL('../migrations/', import.meta.url));

export async function readMigrations(folder: string = migrationsFolder): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{6}_\w+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => parseMigration(name, await readFile(`${folder}/${name}`, 'utf8'))),
  );
}

function parseMigration(name: string, text: string): Migration {
  const [head, up, down] = text.split(/^-- (?:up|down)$/m);
  if (head === undefined || up === undefined || down === undefined) {
    throw new Error(`migration ${name} needs a "-- up" and a "-- down" line`);
  }
  return {
    name: name.replace(/\.sql$/, ''),
    up,
    down,
    checksum: createHash('sha256').update(text).digest('hex'),
    transactional: !head.includes('-- no-transaction'),
  };
}

/** Applies what is missing and gives the names of what it applied. */
export async function migrateUp(pool: Pool, migrations: readonly Migration[]): Promise<string[]> {
  return withMigrationLock(pool, async (client) => {
    const applied = await appliedMigrations(client);
    const known = new Set(migrations.map((migration) => migration.name));
    const unknown = [...applied.keys()].filter((name) => !known.has(name));
    if (unknown.length > 0) throw new NewerDatabaseError(unknown);
    const done: string[] = [];
    for (const migration of migrations) {
      const checksum = applied.get(migration.name);
      if (checksum !== undefined && checksum !== migration.checksum)
        throw new ChangedMigrationError(migration.name);
      if (checksum !== undefined) continue;
      await run(client, {
        migration,
        text: migration.up,
        record: async () => {
          await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [
            migration.name,
            migration.checksum,
          ]);
        },
      });
      done.push(migration.name);
    }
    return done;
  });
}

/** Takes back the newest `count` migrations and gives their names. */
export async function migrateDown(
  pool: Pool,
  migrations: readonly Migration[],
  count: number,
): Promise<string[]> {
  return withMigrationLock(pool, async (client) => {
    const applied = await appliedMigrations(client);
    const undo = migrations
      .filter((migration) => applied.has(migration.name))
      .reverse()
      .slice(0, count);
    for (const migration of undo) {
      await run(client, {
        migration,
        text: migration.down,
        record: async () => {
          await client.query('delete from schema_migrations where name = $1', [migration.name]);
        },
      });
    }
    return undo.map((migration) => migration.name);
  });
}

async function withMigrationLock<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    // Index builds on a live table and the wait for another migrator may both take longer than the pool's limit.
    await client.query('set statement_timeout = 0');
    await takeMigrationLock(client);
    await client.query(
      `create table if not exists schema_migrations
         (name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    );
    return await work(client);
  } finally {
    // Destroyed, not pooled: closing the connection is what surely gives the lock back.
    client.release(true);
  }
}

/**
 * By trying, not by waiting: a waiter inside pg_advisory_lock holds a snapshot. CREATE INDEX CONCURRENTLY waits for
 * older snapshots, and both would deadlock.
 */
async function takeMigrationLock(client: PoolClient): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      MIGRATION_LOCK,
    ]);
    if (rows[0]?.taken === true) return;
    await setTimeout(100);
  }
}

async function appliedMigrations(client: PoolClient): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from schema_migrations order by name',
  );
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

async function run(
  client: PoolClient,
  {
    migration,
    text,
    record,
  }: { readonly migration: Migration; readonly text: string; readonly record: () => Promise<void> },
): Promise<void> {
  if (!migration.transactional) {
    // Each statement is sent by itself: several in a string would be an implicit transaction.
    for (const statement of text.split(/;\s*$/m).filter((part) => part.trim() !== ''))
      await client.query(statement);
    await record();
    return;
  }
  await client.query('begin');
  try {
    await client.query(text);
    await record();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
