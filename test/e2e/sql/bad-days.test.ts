import { ObjectStoreError } from '../../../src/contracts/reports/object-store.js';
import type { ObjectStore } from '../../../src/platform/objects/object-store.js';
import { startApi } from '../../support/api.js';
import { testObjects } from '../../support/servers/object-stores.js';
import { useSqlHouse } from '../../support/houses/sql-house.js';
import { waitUntil } from '../../support/wait-until.js';

/** The disk is full in the middle of a result for as long as a test wants it. */
let isFull = false;
const store = testObjects();
const objects: ObjectStore = {
  ...store,
  async put(key, content, options) {
    if (!isFull) return store.put(key, content, options);
    for await (const piece of content)
      throw new ObjectStoreError('full', `no room for ${piece.length} bytes`);
  },
};

const env = { SQL_CLEANUP_SESSION_ON_ERROR: 'false', SQL_MAX_CONCURRENT_SESSIONS: '1' };
const house = useSqlHouse({ env, objects });

const endless = `select count(*) from generate_series(1, (select 1000000)) a, generate_series(1, (select 1000000)) b`;

const isRunning = (id: string): Promise<unknown> =>
  waitUntil(async () => (await house.backendsOf(id)) === 1, { what: `${id} runs` });

/** Closes the connections of a source, as its restart does. */
async function disconnect(id: string): Promise<void> {
  await house.shop.pool.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
    [`sluice ${id}`],
  );
}

test('a source that is lost in the middle is asked once more; lost again, the session ends with an error', async () => {
  const id = await house.begin({ sql: endless });
  await isRunning(id);
  await disconnect(id);
  await waitUntil(async () => (await house.status(id))['attempt'] === 2, { what: 'it is tried again' });
  await isRunning(id);
  await disconnect(id);
  expect(await house.ended(id)).toMatchObject({
    status: 'error',
    is_complete: true,
    attempt: 2,
    error: {
      code: 'dependency_unavailable',
      message: 'The data source could not be reached, or was lost while the statement ran.',
    },
  });
  const { rows } = await house.database.pool.query('select id from dead_letters where run_id = $1', [id]);
  expect(rows).toHaveLength(1);
});

test('a source that is away before a statement begins is waited for', async () => {
  const first = await house.begin({ sql: endless });
  await isRunning(first);
  const second = await house.begin({ sql: 'select 41 + 1 as answer' });
  const { reader } = house.shop.roles;
  await house.shop.pool.query(`alter role ${reader.name} nologin`);
  await house.cancel(first);
  await waitUntil(async () => (await house.status(second))['phase'] === 'admitted', {
    what: 'it has a place',
  });
  await house.shop.pool.query(`alter role ${reader.name} login`);
  expect(await house.ended(second)).toMatchObject({ status: 'completed', row_count: 1 });
  expect((await house.results(second)).body['rows']).toEqual([[42]]);
});

test('a disk that is full in the middle of the rows ends the session with that reason, and leaves nothing at the source', async () => {
  isFull = true;
  try {
    const id = await house.begin({ sql: `select n, repeat('x', 100) from generate_series(1, 50000) as n` });
    expect(await house.ended(id)).toMatchObject({
      status: 'error',
      error: {
        code: 'dependency_unavailable',
        message: 'The result could not be stored: the object store is full.',
      },
    });
    expect(await house.backendsOf(id)).toBe(0);
    expect((await house.results(id)).body).toMatchObject({ status: 409, code: 'job_failed' });
  } finally {
    isFull = false;
  }
  const next = await house.begin({ sql: 'select 1 as n' });
  expect(await house.ended(next)).toMatchObject({ status: 'completed' });
});

test('an API that goes away takes no session with it', async () => {
  const { database, temporal, shop } = house;
  const doomed = await startApi({
    database,
    temporal,
    env: { ...env, SQL_DATA_SOURCES: JSON.stringify([shop.source]) },
  });
  const sent = await doomed.send('/api/v1/sql/cache/execute-async', {
    method: 'POST',
    token: house.ana.token,
    body: {
      sql: 'select count(*) as n from generate_series(1, 3000) a, generate_series(1, 1000) b where a > b',
    },
  });
  await doomed.close();
  const id = String(sent.body['session_id']);
  expect(await house.ended(id)).toMatchObject({ status: 'completed', row_count: 1 });
  expect((await house.results(id)).body['total_rows']).toBe(1);
});

test('rows that came before a failure stay readable where cleanup_session_on_error is off', async () => {
  const id = await house.begin({ sql: 'select 10 / (n - 5000) as x from generate_series(1, 20000) as n' });
  expect(await house.ended(id)).toMatchObject({ status: 'error', error: { code: 'sql_failed' } });
  const { status, body } = await house.results(id);
  expect(status).toBe(200);
  expect(Number(body['total_rows'])).toBeGreaterThan(0);
  expect(Number(body['total_rows'])).toBeLessThan(5_000);
  expect((body['rows'] as number[][])[0]).toEqual([0]);
});
