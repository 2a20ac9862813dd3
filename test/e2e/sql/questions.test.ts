import { randomUUID } from 'node:crypto';
import { readSse, type SseReader } from '../../api/runs/events-client.js';
import type { HttpAnswer } from '../../support/http.js';
import { useSqlHouse } from '../../support/houses/sql-house.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const house = useSqlHouse({ env: { SQL_CONFIRM_ROWS: '5000', SQL_MAX_ROWS: '200000' } });
const path = '/api/v1/sql/confirmations';

const largeOne = (most: number): string =>
  `select a.id from orders a cross join generate_series(1, 10) as b where b <> ${most}`;

afterEach(() => house.database.pool.query('delete from sql_questions'));

const openOf = async ({ token }: TestUser): Promise<Record<string, unknown>[]> => {
  const answer = await house.api.send(path, { token });
  expect(answer.status).toBe(200);
  return answer.body['items'] as Record<string, unknown>[];
};

const send = (id: unknown, method: 'POST' | 'DELETE', { token }: TestUser, more = {}): Promise<HttpAnswer> =>
  house.api.send(`${path}/${String(id)}${method === 'POST' ? '/run' : ''}`, { method, token, ...more });

async function listen({ token }: TestUser): Promise<SseReader> {
  const reader = await readSse(`${house.api.url}/api/v1/events`, { Authorization: `Bearer ${token}` });
  await waitUntil(() => Promise.resolve(reader.frames.length === 1), { what: 'the snapshot' });
  return reader;
}

const newsOf = ({ frames }: SseReader) => frames.filter(({ event }) => event === 'inbox.changed');

test('a statement that waits to be confirmed is listed once for its person, with what was asked and its estimate', async () => {
  // No other test runs it: there is no history of it.
  const sql = largeOne(20).replace('a.id', 'a.id as waiting');
  const asked = [await house.executeAsync({ sql }), await house.execute({ sql })];
  const ids = asked.map(({ body }) => body['confirmation_id']);
  expect(ids[0]).toMatch(/^sqc_/);
  expect(ids[1]).toBe(ids[0]);
  const [open, ...others] = await openOf(house.ana);
  expect(others).toEqual([]);
  expect(open).toMatchObject({
    id: ids[0],
    sql,
    params: [],
    data_source: 'demo',
    row_limit: null,
    estimate: { basis: 'plan', rows: expect.any(Number), bytes: expect.any(Number) },
    expires_at: asked[1]?.body['expires_at'],
  });
  expect(await openOf(house.bob)).toEqual([]);
  expect(await openOf(house.admin)).toEqual([]);
  expect((await send(ids[0], 'POST', house.bob)).status).toBe(404);
  expect((await send(ids[0], 'DELETE', house.admin)).status).toBe(404);
});

test('a yes runs the statement once, with its parameters and limit, and it waits no longer', async () => {
  const sql = 'select a.id from orders a cross join generate_series(1, $1::int) as b';
  const params = [{ type: 'integer', value: 10 }];
  const asked = await house.executeAsync({ sql, params, row_limit: 9_000 });
  const id = asked.body['confirmation_id'];
  const headers = { 'Idempotency-Key': randomUUID() };
  const confirmed = await send(id, 'POST', house.ana, { headers });
  expect(confirmed.status).toBe(202);
  const runId = String(confirmed.body['session_id']);
  expect(await house.ended(runId)).toMatchObject({ status: 'completed', row_count: 9_000 });
  expect((await openOf(house.ana)).map((each) => each['id'])).not.toContain(id);
  const repeated = await send(id, 'POST', house.ana, { headers });
  expect([repeated.status, repeated.body['session_id']]).toEqual([202, runId]);
  expect((await send(id, 'POST', house.ana)).body).toMatchObject({ code: 'confirmation_invalid' });
});

test('a yes that is to be remembered stops the questions for statements like it', async () => {
  const like = (most: number) => `select b.id from orders b, generate_series(1, 10) as s where s <> ${most}`;
  const asked = await house.executeAsync({ sql: like(20) });
  const body = { remember_confirmation: true };
  const confirmed = await send(asked.body['confirmation_id'], 'POST', house.ana, { body });
  expect(confirmed.status).toBe(202);
  expect((await house.executeAsync({ sql: like(21) })).status).toBe(202);
});

test('a no makes every token of the statement useless, and the statement runs no longer', async () => {
  const sql = largeOne(30);
  const first = await house.executeAsync({ sql });
  const second = await house.executeAsync({ sql });
  const id = first.body['confirmation_id'];
  expect((await send(id, 'DELETE', house.ana)).status).toBe(204);
  for (const { body } of [first, second]) {
    const late = await house.executeAsync({ sql, confirm_token: body['confirm_token'] });
    expect(late.body).toMatchObject({ code: 'confirmation_invalid' });
  }
  expect((await send(id, 'POST', house.ana)).body).toMatchObject({ code: 'confirmation_invalid' });
  expect((await send(id, 'DELETE', house.ana)).status).toBe(404);
  expect((await openOf(house.ana)).map((each) => each['id'])).not.toContain(id);
  // Asked anew it is a question of its own.
  expect((await house.executeAsync({ sql })).body['confirmation_id']).not.toBe(id);
});

test('a statement that ran by its token, or whose time is over, waits no longer', async () => {
  const byToken = await house.executeAsync({ sql: largeOne(40) });
  await house.begin({ sql: largeOne(40), confirm_token: byToken.body['confirm_token'] });
  const late = await house.executeAsync({ sql: largeOne(41) });
  const id = late.body['confirmation_id'];
  const open = (await openOf(house.ana)).map((each) => each['id']);
  expect(open).toContain(id);
  expect(open).not.toContain(byToken.body['confirmation_id']);
  await house.database.pool.query(
    `update sql_questions set expires_at = now() - interval '1 s' where id = $1`,
    [id],
  );
  expect((await openOf(house.ana)).map((each) => each['id'])).not.toContain(id);
  expect((await send(id, 'POST', house.ana)).body).toMatchObject({ code: 'confirmation_invalid' });
});

test('the stream of all runs tells its person alone that a statement waits, and that it waits no longer', async () => {
  // People of their own: news of an earlier test may come late.
  const people = [await createApiUser(house.database), await createApiUser(house.database)] as const;
  const [own, others] = [await listen(people[0]), await listen(people[1])];
  const { body } = await house.executeAsync({ sql: largeOne(50) }, people[0]);
  await waitUntil(() => Promise.resolve(newsOf(own).length === 1), { what: 'the news of the question' });
  expect(newsOf(own)[0]).toMatchObject({ id: undefined, data: { type: 'inbox.changed' } });
  await send(body['confirmation_id'], 'DELETE', people[0]);
  await waitUntil(() => Promise.resolve(newsOf(own).length === 2), { what: 'the news of the no' });
  await house.executeAsync({ sql: largeOne(50) }, people[1]);
  await waitUntil(() => Promise.resolve(newsOf(others).length > 0), { what: 'the news of another person' });
  expect([newsOf(own).length, newsOf(others).length]).toEqual([2, 1]);
  own.abort();
  others.abort();
});
