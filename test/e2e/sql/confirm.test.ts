import { useSqlHouse } from '../../support/houses/sql-house.js';

const house = useSqlHouse({
  env: { SQL_CONFIRM_ROWS: '5000', SQL_MAX_ROWS: '200000', SQL_CLEANUP_SESSION_ON_ERROR: 'false' },
});

const large = 'select a.id from orders a cross join generate_series(1, 10) as b';

const runs = async (): Promise<number> => {
  const { rows } = await house.database.pool.query<{ count: number }>('select count(*) from sql_runs');
  return rows[0]?.count ?? 0;
};

test('a large statement is asked about first, and nothing runs', async () => {
  const before = await runs();
  // No other test runs it: there is no history of it.
  const sql = large.replace('a.id', 'a.id as asked');
  for (const answer of [await house.execute({ sql }), await house.executeAsync({ sql })]) {
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: false, status: 'confirmation_required' });
    expect(answer.body['estimate']).toMatchObject({ rows: 10_000, basis: 'plan' });
    expect(typeof answer.body['confirm_token']).toBe('string');
  }
  expect(await runs()).toBe(before);
});

test('a token is good once, for this person and this very statement', async () => {
  const asked = await house.executeAsync({ sql: large });
  const confirm_token = String(asked.body['confirm_token']);
  const refused = async (body: Record<string, unknown>, user = house.ana) => {
    const answer = await house.executeAsync({ ...body, confirm_token }, user);
    expect([answer.status, answer.body['code']]).toEqual([400, 'confirmation_invalid']);
  };
  await refused({ sql: large }, house.bob);
  await refused({ sql: `${large} where b < 9` });
  await refused({ sql: large, row_limit: 8_000 });
  const id = await house.begin({ sql: large, confirm_token });
  expect(await house.ended(id)).toMatchObject({ status: 'completed', row_count: 10_000 });
  await refused({ sql: large });
  const old = await house.executeAsync({ sql: `${large} where b < 10` });
  await house.database.pool.query(`update sql_confirmations set expires_at = now() - interval '1 second'`);
  const late = await house.executeAsync({
    sql: `${large} where b < 10`,
    confirm_token: String(old.body['confirm_token']),
  });
  expect(late.body).toMatchObject({ code: 'confirmation_invalid' });
});

test('a confirmation that is to be remembered is not asked for again that day, for statements like it', async () => {
  const of = (most: number) =>
    `select b.id from orders b cross join generate_series(1, 10) as s where s <> ${most}`;
  const asked = await house.executeAsync({ sql: of(20) });
  await house.begin({ sql: of(20), confirm_token: asked.body['confirm_token'], remember_confirmation: true });
  expect((await house.executeAsync({ sql: of(21) })).body).toMatchObject({ status: 'processing' });
  expect((await house.executeAsync({ sql: of(21) }, house.bob)).body).toMatchObject({
    status: 'confirmation_required',
  });
  await house.database.pool.query(`update sql_remembered set day = day - 1`);
  expect((await house.executeAsync({ sql: of(22) })).body).toMatchObject({ status: 'confirmation_required' });
});

test('no token passes the ceiling', async () => {
  const sql = 'select 1 from orders a cross join orders b';
  const answer = await house.executeAsync({ sql, confirm_token: 'cft_anything' });
  expect([answer.status, answer.body['code']]).toEqual([400, 'sql_too_large']);
});

test('neither an aggregate of many rows nor a small row limit makes a statement large', async () => {
  const aggregate = await house.execute({ sql: `select count(*) from (${large}) as all_of_them` });
  expect(aggregate.body).toMatchObject({ status: 'completed', rows: [['10000']] });
  expect((await house.execute({ sql: large, row_limit: 10 })).body).toMatchObject({
    row_count: 10,
    truncated: true,
  });
});

test('estimates learn from what really happened, and say so', async () => {
  // The planner takes a third of the rows for such a condition: this statement gives none.
  const sql = 'select a.id from orders a cross join generate_series(1, 40) as b where a.id + b < 0';
  const asked = await house.executeAsync({ sql });
  expect(asked.body).toMatchObject({
    status: 'confirmation_required',
    estimate: { basis: 'plan', learned_from: 0 },
  });
  await house.ended(await house.begin({ sql, confirm_token: asked.body['confirm_token'] }));
  const again = await house.executeAsync({ sql });
  expect(again.body).toMatchObject({
    status: 'processing',
    estimate: { rows: 0, basis: 'history', usual_rows: 0, learned_from: 1 },
  });
  await house.ended(String(again.body['session_id']));
});

test('rows that came before a failure are kept where they are to be', async () => {
  const sql = 'select 100 / (4000 - n) as x from generate_series(1, 4000) as n';
  const id = await house.begin({ sql });
  expect(await house.ended(id)).toMatchObject({ status: 'error', error: { code: 'sql_failed' } });
  const kept = await house.results(id, '?limit=1');
  expect(kept.body).toMatchObject({ total_rows: expect.any(Number), rows: [[0]] });
});

test('a result that is kept no longer is gone', async () => {
  const id = await house.begin({ sql: 'select 1 as gone' });
  await house.ended(id);
  await house.database.pool.query(
    `update objects set released_at = now() where key = (select result->>'key' from runs where id = $1)`,
    [id],
  );
  expect((await house.results(id)).body).toMatchObject({ status: 410, code: 'gone' });
  expect(await house.status(id)).toMatchObject({ status: 'completed' });
});
