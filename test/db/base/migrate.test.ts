import { useDatabase, useEmptyDatabase } from '../../support/servers/database.js';
import {
  ChangedMigrationError,
  migrateDown,
  migrateUp,
  NewerDatabaseError,
  readMigrations,
  type Migration,
} from '../../../src/db/base/migrate.js';

const database = useEmptyDatabase();

async function schemaOf(): Promise<string[]> {
  const { rows } = await database.pool.query<{ line: string }>(
    `select format('%s.%s %s', table_name, column_name, data_type) as line
       from information_schema.columns
      where table_schema = 'public' and table_name <> 'schema_migrations' order by 1`,
  );
  return rows.map((row) => row.line);
}

beforeAll(async () => {
  await migrateUp(database.pool, await readMigrations());
});

describe('an empty database', () => {
  const empty = useEmptyDatabase();
  test('twenty processes that start at once apply each migration once', async () => {
    const migrations = await readMigrations();
    const applied = await Promise.all(Array.from({ length: 20 }, () => migrateUp(empty.pool, migrations)));
    expect(applied.flat().sort()).toEqual(migrations.map((migration) => migration.name));
  });
});

test('a second run applies nothing', async () => {
  expect(await migrateUp(database.pool, await readMigrations())).toEqual([]);
});

test('all the way down leaves nothing, and up again gives the same schema', async () => {
  const migrations = await readMigrations();
  const before = await schemaOf();
  await migrateDown(database.pool, migrations, migrations.length);
  expect(await schemaOf()).toEqual([]);
  await migrateUp(database.pool, migrations);
  expect(await schemaOf()).toEqual(before);
});

test('a released migration with another content stops the start', async () => {
  const [first, ...rest] = await readMigrations();
  const changed: Migration = { ...first!, checksum: 'another' };
  const refused = migrateUp(database.pool, [changed, ...rest]);
  await expect(refused).rejects.toThrow(ChangedMigrationError);
  await expect(refused).rejects.toMatchObject({ name: 'ChangedMigrationError', migration: first?.name });
});

test('a database from a newer version is left alone', async () => {
  const migrations = await readMigrations();
  const known = migrations.slice(0, -1);
  const refused = migrateUp(database.pool, known);
  await expect(refused).rejects.toThrow(NewerDatabaseError);
  await expect(refused).rejects.toMatchObject({
    name: 'NewerDatabaseError',
    unknown: [migrations.at(-1)?.name],
  });
});

test('a migration that fails leaves no trace and can be tried again', async () => {
  const migrations = await readMigrations();
  const failing: Migration = {
    name: '999999_failing',
    up: 'create table half (id int); select 1 / 0;',
    down: 'drop table half',
    checksum: 'x',
    transactional: true,
  };
  await expect(migrateUp(database.pool, [...migrations, failing])).rejects.toThrow('division by zero');
  expect((await schemaOf()).filter((line) => line.startsWith('half.'))).toEqual([]);
  expect(
    await migrateUp(database.pool, [...migrations, { ...failing, up: 'create table half (id int)' }]),
  ).toEqual(['999999_failing']);
  await migrateDown(database.pool, [...migrations, failing], 1);
});

test('a migration whose record cannot be written is undone', async () => {
  const migrations = await readMigrations();
  const unrecorded: Migration = {
    name: '999999_unrecorded',
    up: 'create table unrecorded (id int); alter table schema_migrations drop column checksum',
    down: '',
    checksum: 'x',
    transactional: true,
  };
  await expect(migrateUp(database.pool, [...migrations, unrecorded])).rejects.toThrow('checksum');
  expect((await schemaOf()).filter((line) => line.startsWith('unrecorded.'))).toEqual([]);
  expect(await migrateUp(database.pool, migrations)).toEqual([]);
});

describe('a migrated clone for each test file', () => {
  const clone = useDatabase();
  test('has the tables', async () => {
    const { rows } = await clone.pool.query('select 1 from runs');
    expect(rows).toEqual([]);
  });
});
