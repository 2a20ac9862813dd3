import type pg from 'pg';
import { migrateUp, readMigrations } from '../../../src/db/base/migrate.js';
import { useDatabase } from '../../support/servers/database.js';
import { dropIndexes } from '../../support/audit/seed-users-audit.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
const spoiled = useDatabase();

async function indexesOf(pool: pg.Pool, tables: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select indexrelid::regclass::text as name from pg_index
      where indrelid = any ($1::regclass[]) and indisvalid and indexrelid::regclass::text like 'idx%' order by 1`,
    [tables],
  );
  return rows.map((row) => row.name);
}

test('the indexes have the names that others know them by', async () => {
  expect(await indexesOf(database.pool, ['users'])).toEqual([
    'idx_users_created_at_desc',
    'idx_users_created_at_is_active',
    'idx_users_email_prefix',
    'idx_users_name_prefix',
    'idx_users_role',
    'idx_users_role_is_active',
  ]);
  expect(await indexesOf(database.pool, ['audit_logs'])).toEqual([
    'idx_audit_logs_action',
    'idx_audit_logs_actor_id',
    'idx_audit_logs_is_deleted_timestamp',
    'idx_audit_logs_resource_id',
    'idx_audit_logs_resource_type_timestamp',
  ]);
});

test('an invalid leftover of a build that was cut off is found and built anew', async () => {
  const { pool } = spoiled;
  await dropIndexes(pool);
  const writer = await pool.connect();
  await writer.query('begin');
  await givenUser(writer);
  const builder = await pool.connect();
  await builder.query('set statement_timeout = 100');
  // It waits for the writer above, so the timeout always cuts it off.
  const build = builder.query(
    'create index concurrently idx_users_role on users (role, created_at desc, id desc)',
  );
  await expect(build).rejects.toMatchObject({ code: '57014' });
  builder.release(true);
  await writer.query('rollback');
  writer.release();
  expect(await indexesOf(pool, ['users'])).not.toContain('idx_users_role');

  await pool.query(`delete from schema_migrations where name = '000004_user_indexes'`);
  expect(await migrateUp(pool, await readMigrations())).toEqual(['000004_user_indexes']);
  expect(await indexesOf(pool, ['users'])).toContain('idx_users_role');
});
