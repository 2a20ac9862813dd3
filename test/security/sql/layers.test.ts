import { SourceError, type SourceSession } from '../../../src/contracts/sql/ports.js';
import type { DataSource } from '../../../src/contracts/sql/data-source.js';
import { openGrants } from '../../../src/db/sql/source-guards.js';
import { sourceConnector } from '../../../src/platform/sql/source-session.js';
import { attacks, legitimate, type Case } from '../../support/sql/matrix.js';
import { useShop } from '../../support/sql/shop.js';

const shop = useShop();
const options = { statementTimeoutMs: 3_000, lockTimeoutMs: 500, applicationName: 'layers' };

/** Runs a statement in a session and gives the number of its rows. */
async function run(source: DataSource, sql: string): Promise<number> {
  const session: SourceSession = await sourceConnector.open(source, options);
  let rows = 0;
  try {
    await session.declare({ sql, params: [] });
    await session.fetch(10_000, () => (rows += 1));
    return rows;
  } finally {
    await session.close();
  }
}

async function faultOf(source: DataSource, sql: string): Promise<string> {
  try {
    await run(source, sql);
    return 'it ran';
  } catch (error) {
    return error instanceof SourceError ? error.fault : `it broke: ${String(error)}`;
  }
}

async function contents(): Promise<unknown> {
  const { rows } = await shop.pool.query(
    `select (select md5(string_agg(o::text, ',' order by id)) from orders o) as orders,
            (select count(*) from pg_class where relnamespace = 'public'::regnamespace) as relations,
            (select count(*) from pg_largeobject_metadata) as objects,
            (select count(*) from pg_proc where pronamespace = 'public'::regnamespace) as functions,
            (select count(*) from pg_replication_slots) as slots`,
  );
  return rows[0];
}

/** The owner of everything, so that nothing but the frame of the session stands in the way. */
const asOwner = (): DataSource => ({ ...shop.source, url: shop.url });

const isQuery = ([, sql]: Case): boolean =>
  /^select (?!.*(;| into | for (update|share|key)))/s.test(sql) && !sql.includes('\0');
const callsAndCatalog = attacks.filter(isQuery);
const statements = attacks.filter((each) => !isQuery(each));

test.each(statements)('the frame of the session alone refuses %s, even for the owner', async (_what, sql) => {
  const before = await contents();
  expect(['statement', 'not_allowed', 'connection']).toContain(await faultOf(asOwner(), sql));
  expect(await contents()).toEqual(before);
});

test.each(callsAndCatalog)('the role alone refuses %s', async (_what, sql) => {
  expect(['statement', 'not_allowed']).toContain(await faultOf(shop.source, sql));
});

test.each(legitimate)('the role and the frame let %s run', async (_what, sql) => {
  expect(await run(shop.source, sql)).toBeGreaterThan(0);
});

test('nothing that the role should not have is open to it, and it can connect to no other database', async () => {
  expect(await openGrants(shop.pool, shop.roles.reader.name)).toEqual([]);
  const { rows } = await shop.pool.query(
    `select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolcanlogin,
            has_schema_privilege(rolname, 'public', 'create') as makes,
            has_database_privilege(rolname, current_database(), 'temporary') as temporary,
            has_table_privilege(rolname, 'orders', 'insert, update, delete, truncate, references, trigger') as writes
       from pg_roles where rolname = $1`,
    [shop.roles.reader.name],
  );
  expect(rows).toEqual([
    {
      rolsuper: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolreplication: false,
      rolbypassrls: false,
      rolcanlogin: true,
      makes: false,
      temporary: false,
      writes: false,
    },
  ]);
});

test('a statement that takes too long is ended by the server, also when nobody waits for it', async () => {
  const slow = 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b';
  expect(await faultOf(shop.source, slow)).toBe('timeout');
});

test('a statement waits for a lock no longer than it may', async () => {
  const client = await shop.pool.connect();
  try {
    await client.query('begin; lock table products in access exclusive mode');
    expect(await faultOf(shop.source, 'select * from products')).toBe('timeout');
  } finally {
    await client.query('rollback');
    client.release();
  }
});

test('a row that is too wide ends its statement, not the process', async () => {
  expect(await faultOf(shop.source, "select repeat('x', 100000000) as wide")).toBe('resources');
});

test('a statement that needs more disk than it may is ended', async () => {
  const sorts = 'select repeat(n::text, 20) from generate_series(1, 3000000) n order by md5(n::text)';
  const database = new URL(shop.url).pathname.slice(1);
  await shop.pool.query(
    `alter role ${shop.roles.reader.name} in database ${database} set temp_file_limit = '1MB'`,
  );
  expect(await faultOf(shop.source, sorts)).toBe('resources');
});
