import { useSqlHouse } from '../../support/houses/sql-house.js';
import { notingLocalLimits, TRIED_FOR_EVER } from '../../support/workers/local-limits.js';
import { policiesOf, summariesOf } from '../../support/workers/scheduled-activities.js';
import { detailsOf } from '../../support/workers/seen-activities.js';
import { storeHistory } from '../../support/store-history.js';
import { waitUntil } from '../../support/wait-until.js';

const localLimits: Record<string, string> = {};
const house = useSqlHouse({
  env: { SQL_SYNC_WAIT_MS: '8000' },
  activities: notingLocalLimits(localLimits),
});

/** Works for a while and gives nothing until its end. */
const slow = (rows: number) =>
  `select count(*) from generate_series(1, ${rows}) as a cross join generate_series(1, 1000) as b where a * b % 7 = 3`;

test('a statement gives its rows at once, with the types and the exact values that the database has', async () => {
  const { status, body } = await house.execute({
    sql: `select 1 as one, 9007199254740993 as big, 1.10::numeric(5,2) as price, null as nothing, true as yes, '' as empty,
                 'a,"b"' || chr(10) as text, timestamptz '2026-01-02 03:04:05.123456+00' as at, 0.5::float8 as half, '{"a":1}'::jsonb as doc`,
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    success: true,
    status: 'completed',
    row_count: 1,
    truncated: false,
    cached: false,
  });
  expect(body['rows']).toEqual([
    [
      1,
      '9007199254740993',
      '1.10',
      null,
      true,
      '',
      'a,"b"\n',
      '2026-01-02T03:04:05.123456Z',
      0.5,
      '{"a": 1}',
    ],
  ]);
  expect(body['columns']).toEqual([
    { name: 'one', type: 'integer' },
    { name: 'big', type: 'bigint' },
    { name: 'price', type: 'numeric(5,2)' },
    { name: 'nothing', type: 'text' },
    { name: 'yes', type: 'boolean' },
    { name: 'empty', type: 'text' },
    { name: 'text', type: 'text' },
    { name: 'at', type: 'timestamp with time zone' },
    { name: 'half', type: 'double precision' },
    { name: 'doc', type: 'jsonb' },
  ]);
});

test('an accepted statement can be watched to its end, as a session and as a job, and read by offset', async () => {
  const { status, headers, body } = await house.executeAsync({
    sql: 'select n, n * 2 as double from generate_series($1::int, $2) as n',
    params: [1, { type: 'integer', value: 25_000 }],
  });
  expect(status).toBe(202);
  expect(body).toMatchObject({ success: true, status: 'processing', queue_position: 0 });
  const id = String(body['session_id']);
  expect(headers['location']).toBe(`/api/v1/sql/cache/status/${id}`);
  expect(await house.ended(id)).toMatchObject({
    status: 'completed',
    progress_percentage: 100,
    phase: 'completed',
    row_count: 25_000,
    poll_after_ms: 0,
  });
  const first = await house.results(id);
  expect(first.body).toMatchObject({ total_rows: 25_000, next_offset: 1_000, truncated: false });
  const last = await house.results(id, '?offset=24999&limit=10');
  expect(last.body).toMatchObject({ rows: [[25_000, 50_000]], next_offset: null });
  const job = await house.api.send(`/jobs/${id}`, { token: house.ana.token });
  expect(job.body).toMatchObject({ kind: 'sql', status: 'success', state: 'SUCCESS' });
  const events = await house.api.send(`/jobs/${id}/events?limit=100`, {
    token: house.ana.token,
    headers: { Accept: 'application/json' },
  });
  const items = events.body['items'] as { type: string; percent?: number; basis?: string }[];
  expect(items.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['job.started', 'job.progress', 'job.completed']),
  );
  const percents = items.flatMap(({ percent }) => percent ?? []);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(await house.backendsOf(id)).toBe(0);
  const handle = house.temporal.client.workflow.getHandle(`sql:${id}`);
  expect(await policiesOf(handle)).toEqual({
    runSql: '90000 s, a beat in 5 s; 2 tries, 1 s × 2 up to 100 s',
  });
  expect(await summariesOf(handle)).toEqual(['statement']);
  await handle.result();
  expect(localLimits).toMatchObject({ admitSql: TRIED_FOR_EVER, releaseSql: TRIED_FOR_EVER });
  await storeHistory(house.temporal.client, `sql:${id}`, 'executeSql');
});

test.each([
  ['select 1 +', 'sql_syntax_error', { line: 1 }],
  ['select *\n  from nowhere', 'sql_syntax_error', { line: 2, column: 8 }],
  ['select 1; select 2', 'sql_not_allowed', {}],
  ['delete from orders', 'sql_not_allowed', {}],
  ['select pg_sleep(10)', 'sql_not_allowed', { line: 1, column: 8 }],
])('%j is refused when it is sent, and nothing runs', async (sql, code, where) => {
  for (const answer of [await house.execute({ sql }), await house.executeAsync({ sql })]) {
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ success: false, status: 'error', code, ...where });
  }
});

test.each([
  ['select $1::int', []],
  ['select $1::int, $2::int', [1]],
  ['select 1', [1]],
] as const)('%j with the values %j is refused when it is sent', async (sql, params) => {
  for (const answer of [await house.execute({ sql, params }), await house.executeAsync({ sql, params })])
    expect([answer.status, answer.body['code']]).toEqual([400, 'sql_syntax_error']);
});

test.each(['select from orders limit 2', 'select * from (select from orders limit 2) as nothing'])(
  '%j gives no column, so it fails and keeps no rows',
  async (sql) => {
    const { body } = await house.execute({ sql });
    expect(body).toMatchObject({
      success: false,
      error: { code: 'sql_failed', message: 'The database says: the statement gives no column' },
    });
  },
);

test('a source that is not there, and one that is for others, are refused alike', async () => {
  const answer = await house.execute({ sql: 'select 1', data_source: 'elsewhere' });
  expect([answer.status, answer.body['code']]).toEqual([400, 'unknown_data_source']);
});

test('a statement that fails while it runs ends its session with the reason, and keeps no rows', async () => {
  const id = await house.begin({ sql: 'select 10 / (n - 5000) as x from generate_series(1, 20000) as n' });
  expect(await house.ended(id)).toMatchObject({
    status: 'error',
    error: { code: 'sql_failed', message: 'The database says: division by zero' },
  });
  expect((await house.results(id)).body).toMatchObject({ status: 409, code: 'job_failed' });
  await storeHistory(house.temporal.client, `sql:${id}`, 'executeSql', 'failed');
  const sync = await house.execute({ sql: 'select 10 / (n - 7) as x from generate_series(1, 200) as n' });
  expect(sync.body).toMatchObject({ success: false, status: 'error', error: { code: 'sql_failed' } });
});

test('a canceled statement is gone from the database, and another one is not touched', async () => {
  const [mine, other] = [
    await house.begin({ sql: slow(30_000) }),
    await house.begin({ sql: slow(30_001) }, house.bob),
  ];
  await waitUntil(async () => (await house.backendsOf(mine)) === 1 && (await house.backendsOf(other)) === 1, {
    what: 'both run',
  });
  const workflow = house.temporal.client.workflow.getHandle(`sql:${mine}`);
  expect(await detailsOf(workflow)).toBe('**Running** the statement');
  expect((await house.cancel(mine, house.bob)).status).toBe(404);
  expect((await house.cancel(mine)).status).toBe(202);
  await waitUntil(async () => (await house.backendsOf(mine)) === 0, { what: 'it is gone' });
  expect(await house.backendsOf(other)).toBe(1);
  expect(await house.ended(mine)).toMatchObject({ status: 'canceled', error: { code: 'canceled' } });
  await storeHistory(house.temporal.client, `sql:${mine}`, 'executeSql', 'canceled-at-work');
  expect((await house.results(mine)).body).toMatchObject({ status: 409, code: 'job_canceled' });
  expect((await house.cancel(other, house.bob)).status).toBe(202);
  expect(await house.ended(other, house.bob)).toMatchObject({ status: 'canceled' });
});

test('more rows than were asked for are cut off, and said to be', async () => {
  const { body } = await house.execute({
    sql: 'select n from generate_series(1, 5000) as n',
    row_limit: 1_500,
  });
  expect(body).toMatchObject({ row_count: 1_500, truncated: true });
  expect(body['rows']).toHaveLength(1_000);
});

test("somebody else's session does not exist", async () => {
  const id = await house.begin({ sql: 'select 1' });
  await house.ended(id);
  expect(await house.status(id, house.bob)).toMatchObject({ status: 404 });
  expect((await house.results(id, '', house.bob)).status).toBe(404);
  expect(await house.status(id, house.admin)).toMatchObject({ status: 'completed' });
});

test('the same key gives the same session', async () => {
  const send = () =>
    house.api.send('/api/v1/sql/cache/execute-async', {
      method: 'POST',
      token: house.ana.token,
      body: { sql: 'select 41 + 1' },
      headers: { 'Idempotency-Key': 'forty-two' },
    });
  const [first, second] = [await send(), await send()];
  expect(second.body['session_id']).toBe(first.body['session_id']);
  expect(second.headers['idempotent-replayed']).toBe('true');
});
