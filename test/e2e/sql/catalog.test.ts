import { useSqlHouse } from '../../support/sql/house.js';

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
