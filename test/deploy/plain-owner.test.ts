import { migrateDown, migrateUp, readMigrations } from '../../src/db/base/migrate.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/pool.js';
import { useDatabase } from '../support/servers/database.js';

const database = useDatabase();

test('a role with no rights but its own database brings the schema up, prunes the log and takes the schema down', async () => {
  const name = `plain_owner_${process.pid}`;
  await database.pool.query(`create role ${name} login password 'plain'`);
  await database.pool.query(`create database ${name} owner ${name} template template0 encoding 'UTF8'`);
  const url = Object.assign(new URL(database.url), {
    username: name,
    password: 'plain',
    pathname: `/${name}`,
  });
  const logger = createLogger({ level: 'silent', service: 'plain-owner-test' });
  const pool = createPool({ databaseUrl: url.href, max: 2, applicationName: 'plain-owner-test', logger });
  try {
    const migrations = await readMigrations();
    expect(await migrateUp(pool, migrations)).toHaveLength(migrations.length);
    expect((await pool.query(`select * from prune_audit_segment(now() - interval '2 days')`)).rows).toEqual(
      [],
    );
    expect(await migrateDown(pool, migrations, migrations.length)).toHaveLength(migrations.length);
  } finally {
    await pool.end();
    await database.pool.query(`drop database ${name} with (force)`);
    await database.pool.query(`drop role ${name}`);
  }
});
