import { SourceError, type SourceSession } from '../../../src/contracts/sql/ports.js';
import type { DataSource } from '../../../src/contracts/sql/data-source.js';
import { openGrants } from '../../../src/db/sql/source-guards.js';
import { sourceConnector } from '../../../src/platform/sql/source-session.js';
import { createSourcePlanner } from '../../../src/platform/sql/planning-connections.js';
import { attacks, legitimate, type Case } from '../../support/sql/matrix.js';
import { useShop } from '../../support/sql/shop.js';
import { waitUntil } from '../../support/wait-until.js';

const shop = useShop();
const options = { statementTimeoutMs: 60_000, lockTimeoutMs: 500, applicationName: 'layers' };

/** Runs a statement in a session and gives the number of its rows. */
async function run(source: DataSource, sql: string, timeoutMs = 60_000): Promise<number> {
  const session: SourceSession = await sourceConnector.open(source, {
    ...options,
    statementTimeoutMs: timeoutMs,
  });
  let rows = 0;
  try {
    await session.declare({ sql, params: [] });
    await session.fetch(10_000, () => (rows += 1));
    return rows;
  } finally {
    await session.close();
  }
}

async function faultOf(source: DataSource, sql: string, timeoutMs?: number): Promise<string> {
  try {
    await run(source, sql, timeoutMs);
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
  expect(await faultOf(shop.source, slow, 500)).toBe('timeout');
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

test('a session whose rows were paused with the last one closes', async () => {
  const session = await sourceConnector.open(shop.source, options);
  await session.declare({ sql: 'select 1', params: [] });
  session.pause();
  await session.close();
  await waitUntil(async () => !(await backends('layers')).includes(session.pid), {
    what: 'its connection is gone',
  });
});

test('a session whose worker is frozen between two statements is ended by the server', async () => {
  const session = await sourceConnector.open(shop.source, { ...options, idleTimeoutMs: 200 });
  await waitUntil(async () => !(await backends('layers')).includes(session.pid), {
    what: 'the server ends it',
  });
  await expect(session.declare({ sql: 'select 1', params: [] })).rejects.toThrow(SourceError);
  await session.close();
});

/** The planners of one test leave their connections to no other one. */
afterEach(async () => {
  await shop.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'sluice estimate'`,
  );
  await waitUntil(async () => (await backends('sluice estimate')).length === 0, { what: 'they are gone' });
});

/** In this shop, by their name. */
async function backends(name: string): Promise<number[]> {
  const { rows } = await shop.pool.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and application_name = $1 order by pid`,
    [name],
  );
  return rows.map(({ pid }) => pid);
}

/** The only connection for plans, once it is reset. */
async function keptBackend(): Promise<{ pid: number; now: string }> {
  return waitUntil(
    async () => {
      const { rows } = await shop.pool.query<{ pid: number; query: string; state: string; now: string }>(
        `select pid, query, state, clock_timestamp()::text as now from pg_stat_activity
          where datname = current_database() and application_name = 'sluice estimate'`,
      );
      const [kept] = rows;
      return rows.length === 1 && kept?.query === 'discard all' && kept.state === 'idle' && kept;
    },
    { what: 'one connection for plans is kept' },
  );
}

async function wasUsedAgain(kept: { pid: number; now: string }): Promise<boolean> {
  const { rows } = await shop.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where pid = $1 and query_start > $2::timestamptz`,
    [kept.pid, kept.now],
  );
  return rows[0]?.count === 1;
}

const rowsOf = (plan: unknown): unknown =>
  (plan as { Plan: Record<string, unknown> }[])[0]?.Plan['Plan Rows'];

test('a connection for plans is kept, and nothing of a statement is left on it', async () => {
  await shop.pool.query(`
    create function leaves_things() returns int immutable language plpgsql as $$
      begin
        perform set_config('work_mem', '64kB', false), pg_advisory_lock(4711);
        return 1;
      end $$;
    create function sees_memory() returns int immutable language sql as
      $$ select case current_setting('work_mem') when '64kB' then 7 else 3 end $$`);
  const planner = createSourcePlanner();
  const plan = (sql: string) => planner.plan(asOwner(), { sql, params: [] });
  // The planner evaluates both: the rows of a series of known length are known.
  expect(rowsOf(await plan('select from generate_series(1, leaves_things() + sees_memory())'))).toBe(8);
  const kept = await keptBackend();
  const { rows } = await shop.pool.query(`select from pg_locks where pid = $1 and locktype = 'advisory'`, [
    kept.pid,
  ]);
  expect(rows).toEqual([]);
  await waitUntil(
    async () => {
      const sql = 'select from generate_series(1, sees_memory())';
      // The connection may be on its way back still: then a further one is made.
      expect((await Promise.all([plan(sql), plan(sql)])).map(rowsOf)).toEqual([3, 3]);
      return wasUsedAgain(kept);
    },
    { what: 'the kept connection is used' },
  );
});

test('a connection for plans that failed, or was lost, is not used again', async () => {
  const planner = createSourcePlanner();
  const plan = (sql: string) => planner.plan(shop.source, { sql, params: [] });
  await plan('select 1');
  const { pid: first } = await keptBackend();
  await waitUntil(
    async () => {
      await expect(plan('select *\n  from nowhere')).rejects.toMatchObject({ details: { position: 17 } });
      return !(await backends('sluice estimate')).includes(first);
    },
    { what: 'the connection is ended' },
  );
  await plan('select 1');
  const { pid: second } = await keptBackend();
  await shop.pool.query('select pg_terminate_backend($1::int)', [second]);
  expect(rowsOf(await plan('select 1'))).toBe(1);
  expect((await keptBackend()).pid).not.toBe(second);
});

test('plans run beside each other, and of their connections four are kept', async () => {
  const planner = createSourcePlanner();
  const plans = await Promise.all(
    Array.from({ length: 7 }, () =>
      planner.plan(shop.source, { sql: 'select count(*) from orders', params: [] }),
    ),
  );
  expect(plans.map(rowsOf)).toEqual(Array.from({ length: 7 }, () => 1));
  await waitUntil(async () => (await backends('sluice estimate')).length === 4, { what: 'four are kept' });
});

test('EXPLAIN runs nothing, and a function that the planner evaluates cannot write', async () => {
  await shop.pool.query(`
    create function writes_while_planned() returns int immutable language plpgsql as $$
      begin
        delete from order_lines;
        return 1;
      end $$`);
  const before = await contents();
  const planner = createSourcePlanner();
  const plan = (sql: string) => planner.plan(asOwner(), { sql, params: [] });
  await expect(plan('select writes_while_planned()')).rejects.toThrow(SourceError);
  for (const sql of ['analyze select 1', 'delete from orders returning 1; select 1']) {
    await expect(plan(sql)).rejects.toThrow(SourceError);
  }
  expect(await contents()).toEqual(before);
});
