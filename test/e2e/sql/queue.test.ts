import { useSqlHouse } from '../../support/sql/house.js';
import { waitUntil } from '../../support/wait-until.js';

const house = useSqlHouse({ env: { SQL_MAX_CONCURRENT_SESSIONS: '2', SQL_QUEUE_MAX: '4' } });

/** Runs until it is canceled; the planner cannot see how much there is to do. Each number is another statement. */
const endless = (number: number) =>
  `select count(*) from generate_series(1, (select 1000000)) a, generate_series(1, (select 1000000)) b where a <> ${number}`;

const running = async (): Promise<number> => {
  const { rows } = await house.shop.pool.query<{ count: number }>(
    `select count(distinct application_name) from pg_stat_activity where application_name like 'sluice sql\\_%' and state <> 'idle'`,
  );
  return rows[0]?.count ?? 0;
};

test('no more run than have a place; the others wait in turn, visibly, and over the cap the answer is 429', async () => {
  const [first, second] = [await house.begin({ sql: endless(1) }), await house.begin({ sql: endless(2) })];
  await waitUntil(async () => (await running()) === 2, { what: 'both run' });
  const third = await house.begin({ sql: endless(3) });
  const fourth = await house.begin({ sql: endless(4) });
  const bobs = await house.executeAsync({ sql: endless(5) }, house.bob);
  // Ana has two running and two waiting: Bob, who has nothing, is next.
  expect(bobs.body).toMatchObject({ queue_position: 1 });
  const bob = String(bobs.body['session_id']);
  expect(await house.status(third)).toMatchObject({
    ...{ status: 'processing', phase: 'queued', progress_percentage: 0, basis: 'none' },
    ...{ queue_position: 2, waiting_on: 'a place' },
  });
  expect(await house.status(fourth)).toMatchObject({ queue_position: 3 });
  const sixth = await house.begin({ sql: endless(6) });
  const refused = await house.executeAsync({ sql: endless(7) });
  expect([refused.status, refused.body['code']]).toEqual([429, 'sql_queue_full']);
  expect(refused.headers['retry-after']).toBeDefined();
  expect(await running()).toBe(2);

  // One that waits is canceled at once.
  expect((await house.cancel(sixth)).body).toMatchObject({ status: 'canceled', is_complete: true });

  await house.cancel(first);
  await waitUntil(async () => (await house.backendsOf(bob)) === 1, { what: 'Bob has the free place' });
  expect(await house.backendsOf(third)).toBe(0);
  await house.cancel(second);
  await waitUntil(async () => (await house.backendsOf(third)) === 1, { what: 'then the third' });
  expect(await running()).toBe(2);
  for (const [id, user] of [
    [bob, house.bob],
    [third, house.ana],
    [fourth, house.ana],
  ] as const) {
    await house.cancel(id, user);
    expect(await house.ended(id, user)).toMatchObject({ status: 'canceled' });
  }
  await waitUntil(async () => (await running()) === 0, { what: 'all are gone' });
});

test('a statement that runs already is not run again: who sends it later gets the same rows', async () => {
  const sql = `select count(*) as n from generate_series(1, 3000) a, generate_series(1, 3000) b where a + b > 5999`;
  const [leader, follower] = [await house.begin({ sql }), await house.begin({ sql }, house.bob)];
  expect(await house.ended(leader)).toMatchObject({ status: 'completed', cached: false });
  expect(await house.ended(follower, house.bob)).toMatchObject({ status: 'completed', cached: true });
  const [mine, theirs] = [await house.results(leader), await house.results(follower, '', house.bob)];
  expect(theirs.body['rows']).toEqual(mine.body['rows']);
  expect((await house.results(leader, '', house.bob)).status).toBe(404);
});

test('who follows a statement that is canceled runs it after all', async () => {
  const sql = `select count(*) as n from generate_series(1, 2000) a, generate_series(1, 6000) b where a + b > 7998`;
  const [leader, follower] = [await house.begin({ sql }), await house.begin({ sql }, house.bob)];
  expect(await house.status(follower, house.bob)).toMatchObject({
    waiting_on: 'a run of the same statement',
  });
  await house.cancel(leader);
  expect(await house.ended(leader)).toMatchObject({ status: 'canceled' });
  expect(await house.ended(follower, house.bob)).toMatchObject({
    status: 'completed',
    cached: false,
    row_count: 1,
  });
});

test('a result that is young enough is given instead of running the statement', async () => {
  const sql = 'select count(*) as n from orders';
  const first = await house.execute({ sql });
  const again = await house.execute({ sql, max_age_seconds: 60 }, house.bob);
  expect(again.body).toMatchObject({ status: 'completed', cached: true, rows: first.body['rows'] });
  expect(again.body['session_id']).not.toBe(first.body['session_id']);
  expect((await house.execute({ sql, max_age_seconds: 0 })).body).toMatchObject({ cached: false });
});

test('a run whose workflow is gone gives its place back', async () => {
  const id = await house.begin({ sql: endless(9) });
  await waitUntil(async () => (await house.backendsOf(id)) === 1, { what: 'it runs' });
  await house.temporal.client.workflow.getHandle(`sql:${id}`).terminate('a test');
  await house.database.pool.query(`update runs set status = 'failed', finished_at = now() where id = $1`, [
    id,
  ]);
  await waitUntil(async () => (await house.backendsOf(id)) === 0, { what: 'its statement is gone' });
  const [next, other] = [await house.begin({ sql: endless(10) }), await house.begin({ sql: endless(11) })];
  await waitUntil(async () => (await running()) === 2, { what: 'both places are taken' });
  for (const each of [next, other]) await house.cancel(each);
  for (const each of [next, other]) await house.ended(each);
});

test('what was asked is in the history of its owner, and in the log of administrators', async () => {
  await waitUntil(
    async () => {
      const { rows } = await house.database.pool.query<{ count: number }>(
        'select count(*) from sql_executions',
      );
      return (rows[0]?.count ?? 0) >= 4;
    },
    { what: 'the log is written' },
  );
  const base = '/api/v1/sql/cache';
  const own = await house.api.send(`${base}/sessions?status=completed&limit=1`, { token: house.bob.token });
  expect(own.body).toMatchObject({ items: [{ status: 'completed', data_source: 'demo' }], hasMore: true });
  expect((await house.api.send(`${base}/log`, { token: house.ana.token })).status).toBe(403);
  const log = await house.api.send(`${base}/log?outcome=completed&limit=100`, { token: house.admin.token });
  const items = log.body['items'] as Record<string, unknown>[];
  expect(items.length).toBeGreaterThanOrEqual(3);
  expect(items[0]).toMatchObject({ outcome: 'completed', data_source: 'demo', cached: expect.any(Boolean) });
  const csv = await house.api.send(`${base}/log.csv`, { token: house.admin.token });
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.text).toContain('select count(*) as n from orders');
});

test('what can be asked is listed, with its tables and columns', async () => {
  const base = '/api/v1/sql/cache';
  const sources = await house.api.send(`${base}/data-sources`, { token: house.ana.token });
  expect(sources.body['data_sources']).toContainEqual(
    expect.objectContaining({ name: 'demo', engine: 'postgresql' }),
  );
  expect(sources.text).not.toContain('postgres://');
  const schema = await house.api.send(`${base}/schema`, { token: house.ana.token });
  const tables = schema.body['tables'] as { name: string; estimated_rows: number }[];
  expect(tables.map(({ name }) => name)).toEqual(['customers', 'order_lines', 'orders', 'products']);
  expect(tables[2]).toMatchObject({ estimated_rows: 1_000 });
});

test('saved queries are their owner’s, and shared ones can be read by others', async () => {
  const path = '/api/v1/sql/saved-queries';
  const save = (body: object) => house.api.send(path, { method: 'POST', token: house.ana.token, body });
  const made = await save({ name: 'Orders', sql: 'select * from orders' });
  expect(made.status).toBe(201);
  expect((await save({ name: 'orders', sql: 'select 1' })).body).toMatchObject({ code: 'already_exists' });
  const one = `${path}/${String(made.body['id'])}`;
  expect((await house.api.send(one, { token: house.bob.token })).status).toBe(404);
  const shared = await house.api.send(one, {
    method: 'PATCH',
    token: house.ana.token,
    body: { shared: true },
  });
  expect(shared.body).toMatchObject({ shared: true, version: 2 });
  expect((await house.api.send(one, { token: house.bob.token })).body).toMatchObject({ name: 'Orders' });
  expect((await house.api.send(one, { method: 'DELETE', token: house.bob.token })).status).toBe(404);
  expect((await house.api.send(one, { method: 'DELETE', token: house.ana.token })).status).toBe(204);
});
