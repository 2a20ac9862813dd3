import { useSqlHouse } from '../../support/houses/sql-house.js';
import { attacks, legitimate, type Case } from '../../support/sql/matrix.js';
import { waitUntil } from '../../support/wait-until.js';

const house = useSqlHouse();

test('a result that is young enough is given instead of running the statement', async () => {
  const sql = 'select count(*) as n from orders';
  const first = await house.execute({ sql });
  const again = await house.execute({ sql, max_age_seconds: 60 }, house.bob);
  expect(again.body).toMatchObject({ status: 'completed', cached: true, rows: first.body['rows'] });
  expect(again.body['session_id']).not.toBe(first.body['session_id']);
  expect((await house.execute({ sql, max_age_seconds: 0 })).body).toMatchObject({ cached: false });
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
  const id = await house.begin({ sql: 'select 1 as one, 2::bigint as two' });
  await house.ended(id);
  const results = await house.api.send(`${base}/schema?data_source=result`, { token: house.ana.token });
  expect(results.body['tables']).toContainEqual({
    schema: 'public',
    name: `r_${id}`,
    estimated_rows: 1,
    columns: [
      { name: 'one', type: 'integer', nullable: true },
      { name: 'two', type: 'bigint', nullable: true },
    ],
  });
  const others = await house.api.send(`${base}/schema?data_source=result`, { token: house.bob.token });
  expect(others.text).not.toContain(id);
});

test('what was asked is shown with its parameters to its owner alone', async () => {
  const params = [{ type: 'integer', value: 7 }, 'text'];
  const sql = 'select $1 as number, $2::text as word';
  const id = await house.begin({ sql, params, row_limit: 5 });
  await house.ended(id);
  const path = `/api/v1/sql/cache/sessions/${id}`;
  const { body } = await house.api.send(path, { token: house.ana.token });
  expect(body).toMatchObject({ session_id: id, status: 'completed', sql, params, row_limit: 5 });
  expect(body['estimate']).toMatchObject({ basis: 'plan' });
  expect((await house.api.send(path, { token: house.bob.token })).status).toBe(404);
});

test('the log shows an ADMIN each statement with its user and its outcome, as pages and as CSV', async () => {
  const good = await house.begin({ sql: 'select id from orders limit 3' });
  const bad = await house.begin({ sql: "select '=1+1' as formula, 1 / (id - 1) from orders" }, house.bob);
  await Promise.all([house.ended(good), house.ended(bad, house.bob)]);
  const path = '/api/v1/sql/cache/log';
  const log = (query: string, { token } = house.admin) => house.api.send(`${path}${query}`, { token });
  const entry = (userId: string) =>
    waitUntil(
      async () => {
        const { body } = await log(`?user_id=${userId}&limit=100`);
        const items = body['items'] as { session_id: string }[];
        return items.find(({ session_id: id }) => [good, bad].includes(id));
      },
      { what: 'the statement is in the log' },
    );
  expect(await entry(house.ana.id)).toMatchObject({
    user_id: house.ana.id,
    data_source: 'demo',
    sql: 'select id from orders limit 3',
    outcome: 'completed',
    error_code: null,
    attempts: 1,
    row_count: 3,
    estimated_rows: 3,
    cached: false,
  });
  expect(await entry(house.bob.id)).toMatchObject({ outcome: 'error', error_code: 'sql_failed' });
  const failed = await log('?outcome=error&limit=100');
  expect(failed.text).toContain(bad);
  expect(failed.text).not.toContain(good);
  const csv = await log('.csv?outcome=error');
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.text).toMatch(new RegExp(`^session_id,user_id,[^\\n]*\\n${bad},${house.bob.id},`));
  for (const query of ['', '.csv']) expect((await log(query, house.ana)).status).toBe(403);
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

/** A statement mostly waits for others: several are on their way at once. */
async function eachOf(cases: readonly Case[], work: (each: Case) => Promise<void>): Promise<void> {
  const left = cases.values();
  const inTurn = async (): Promise<void> => {
    for (const each of left) await work(each);
  };
  await Promise.all(Array.from({ length: 8 }, inTurn));
}

const runs = async (): Promise<unknown> =>
  (await house.database.pool.query('select count(*) from sql_runs')).rows;

test('no attack gets past the door, and none leaves a session behind', async () => {
  const passed: unknown[] = [];
  const before = await runs();
  await eachOf(attacks, async ([what, sql]) => {
    const { status, body } = await house.execute({ sql });
    if (status !== 400) passed.push([what, status, body]);
  });
  expect(passed).toEqual([]);
  expect(await runs()).toEqual(before);
});

test('everything legitimate gives rows', async () => {
  const refused: unknown[] = [];
  await eachOf(legitimate, async ([what, sql]) => {
    const { status, body } = await house.executeAsync({ sql });
    const end = status === 202 ? await house.ended(String(body['session_id'])) : body;
    if (end['status'] !== 'completed' || end['row_count'] === 0) refused.push([what, end]);
  });
  expect(refused).toEqual([]);
});
