import { z } from 'zod';
import { newId } from '../../../src/contracts/ids.js';
import { Problem } from '../../../src/api/http/problems.js';
import { implement, reply } from '../../../src/api/http/route.js';
import { writeRoute, commandRoute } from '../../../src/contracts/route.js';
import { deleteExpiredIdempotencyKeys } from '../../../src/db/runs/retention.js';
import { startApi, useApi, type TestApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import type { HttpAnswer } from '../../support/http.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const shared = { summary: '', tag: 'test', access: 'user', responses: { 200: { description: '' } } } as const;
const body = z.strictObject({ name: z.string(), fail: z.string().optional(), z: z.number().optional() });

/** The keys of the commands of this file, and the promise that holds them up. */
const sent: string[] = [];
let hold: Promise<void> = Promise.resolve();
let commandFails: Problem | undefined;

const routes = [
  implement(
    writeRoute({ ...shared, method: 'POST', path: '/things', operationId: 'make', body }),
    async (call, tx) => {
      const id = newId('job');
      await tx.query('insert into made (id, name) values ($1, $2)', [id, call.body.name]);
      await hold;
      if (call.body.fail === 'conflict') throw new Problem('conflict', { extra: { current: id } });
      if (call.body.fail === 'later') throw new Problem('rate_limited');
      if (call.body.fail === 'broken') throw new Error('no');
      return reply(202, { id, z: 1, a: 2 }, { Location: `/things/${id}`, 'Retry-After': '3' });
    },
  ),
  implement(writeRoute({ ...shared, method: 'POST', path: '/secrets', operationId: 'secret' }), () =>
    Promise.resolve(reply(201, { secret: 'slk_do-not-store' }, { 'Cache-Control': 'no-store' })),
  ),
  implement(
    commandRoute({ ...shared, method: 'POST', path: '/commands', operationId: 'command', body }),
    async ({ commandId }) => {
      sent.push(commandId);
      await hold;
      if (commandFails !== undefined) throw commandFails;
      return reply(200, { commandId });
    },
  ),
];

const database = useDatabase();
const api = useApi({ database, routes });
let user: TestUser;
let stranger: TestUser;
beforeAll(async () => {
  await database.pool.query('create table made (id text, name text)');
  user = await createApiUser(database);
  stranger = await createApiUser(database);
});
beforeEach(() => {
  sent.length = 0;
  hold = Promise.resolve();
  commandFails = undefined;
});

interface Asked {
  readonly path?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly on?: TestApi;
}
const ask = (
  key: string,
  { path = '/things', body: given = { name: 'a' }, token = user.token, on = api }: Asked = {},
) => on.send(path, { method: 'POST', token, body: given, headers: { 'Idempotency-Key': key } });
const madeAs = async (name: string): Promise<number> =>
  (await database.pool.query('select from made where name = $1', [name])).rowCount ?? 0;
const essence = ({ status, text, headers }: HttpAnswer) => ({
  status,
  text,
  location: headers.location,
  retryAfter: headers['retry-after'],
  type: headers['content-type'],
});
let count = 0;
const freshKey = (): string => `key-${(count += 1)}`;
const gate = (): (() => void) => {
  let open = (): void => undefined;
  hold = new Promise((resolve) => (open = resolve));
  return open;
};

test('the same key and body give the first answer again, to the byte, and one effect', async () => {
  const key = freshKey();
  const first = await ask(key, { body: { name: 'once', z: 1 } });
  const again = await ask(key, { body: { z: 1, name: 'once' } });
  expect(first.status).toBe(202);
  expect(first.headers['idempotent-replayed']).toBeUndefined();
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(essence(again)).toEqual(essence(first));
  expect(await madeAs('once')).toBe(1);
});

test.each<[string, Asked]>([
  ['another body', { body: { name: 'b' } }],
  ['another route', { path: '/commands' }],
])('the same key with %s is refused', async (_what, other) => {
  const key = freshKey();
  expect((await ask(key)).status).toBe(202);
  const answer = await ask(key, other);
  expect([answer.status, answer.body['code']]).toEqual([422, 'idempotency_key_reused']);
});

test('the key of one user says nothing to another', async () => {
  const key = freshKey();
  const mine = await ask(key, { body: { name: 'mine' } });
  const theirs = await ask(key, { body: { name: 'mine' }, token: stranger.token });
  expect(theirs.status).toBe(202);
  expect(theirs.body['id']).not.toBe(mine.body['id']);
});

test.each([
  ['empty', '', 400],
  ['256 characters', 'x'.repeat(256), 400],
  ['not ASCII', 'sch\u00f6n', 400],
  ['255 characters', 'y'.repeat(255), 202],
  ['with blanks', 'a key', 202],
])('a key that is %s gives %s', async (_what, key, status) => {
  const answer = await ask(key);
  expect(answer.status).toBe(status);
  if (status === 400) expect(answer.body['errors']).toMatchObject([{ path: 'Idempotency-Key' }]);
});

test.each(['/things', '/commands'])(
  'of many at once on two processes, one at %s runs and the others answer 409',
  async (path) => {
    const other = await startApi({ database, routes });
    const key = freshKey();
    const open = gate();
    const name = `many${path}`;
    const asked = Array.from({ length: 10 }, (_, index) =>
      ask(key, { path, body: { name }, on: index % 2 === 0 ? api : other }),
    );
    const settled: HttpAnswer[] = [];
    asked.forEach((answer) => void answer.then((given) => settled.push(given)));
    await waitUntil(() => Promise.resolve(settled.length === 9), { what: 'nine refusals' });
    open();
    const answers = await Promise.all(asked);
    await other.close();
    expect(answers.map(({ status }) => status).filter((status) => status !== 409)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ body: { code } }) => code)).toEqual(Array(9).fill('idempotency_in_progress'));
    expect(refused[0]?.headers['retry-after']).toBe('1');
    expect(path === '/things' ? await madeAs(name) : sent.length).toBe(1);
  },
);

test('a refusal by the route is the answer to its key; its effect is rolled back', async () => {
  const key = freshKey();
  const first = await ask(key, { body: { name: 'refused', fail: 'conflict' } });
  const again = await ask(key, { body: { name: 'refused', fail: 'conflict' } });
  expect(first.status).toBe(409);
  expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  expect(await madeAs('refused')).toBe(0);
});

test.each(['later', 'broken'])('an answer that is not final (%s) leaves the key free', async (fail) => {
  const key = freshKey();
  const before = await ask(key, { body: { name: fail, fail } });
  expect([429, 500]).toContain(before.status);
  const again = await ask(key, { body: { name: fail, fail } });
  expect([again.status, again.headers['idempotent-replayed']]).toEqual([before.status, undefined]);
});

test('a request that does not fit uses up no key', async () => {
  const key = freshKey();
  expect((await ask(key, { body: { wrong: 1 } })).status).toBe(400);
  expect((await ask(key)).status).toBe(202);
});

test('an answer that is shown once is replayed, and not stored in clear', async () => {
  const key = freshKey();
  const first = await ask(key, { path: '/secrets', body: {} });
  const { rows } = await database.pool.query<{ row: string }>(
    'select to_json(k)::text as row from idempotency_keys k where key = $1',
    [key],
  );
  expect(rows[0]?.row).not.toContain('slk_');
  const again = await ask(key, { path: '/secrets', body: {} });
  expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
});

describe('commands', () => {
  const command = (key: string, given: Asked = {}) => ask(key, { path: '/commands', ...given });

  test('are sent once for a key, and answered again from the table', async () => {
    const key = freshKey();
    const first = await command(key);
    const again = await command(key);
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    expect(sent).toHaveLength(1);
  });

  test('that nobody answered are sent again under the same id', async () => {
    const key = freshKey();
    commandFails = new Problem('workflow_unavailable', { headers: { 'Retry-After': '3' } });
    expect((await command(key)).status).toBe(503);
    commandFails = undefined;
    expect((await command(key)).status).toBe(200);
    expect(sent).toHaveLength(2);
    expect(new Set(sent).size).toBe(1);
  });

  test('that were refused stay refused under their key', async () => {
    const key = freshKey();
    commandFails = new Problem('not_waiting');
    expect((await command(key)).status).toBe(409);
    commandFails = undefined;
    const again = await command(key);
    expect([again.status, again.body['code']]).toEqual([409, 'not_waiting']);
    expect(sent).toHaveLength(1);
  });

  test('have another id for another user, another key and another body', async () => {
    const key = freshKey();
    await command(key);
    await command(key, { token: stranger.token });
    await command(freshKey());
    await command(freshKey(), { body: { name: 'b' } });
    await api.send('/commands', { method: 'POST', token: user.token, body: { name: 'a' } });
    await api.send('/commands', { method: 'POST', token: user.token, body: { name: 'a' } });
    expect(new Set(sent).size).toBe(6);
  });

  test('whose process died are taken over after a while, under the same id', async () => {
    const key = freshKey();
    const open = gate();
    const lost = command(key);
    await waitUntil(() => Promise.resolve(sent.length === 1), { what: 'the command' });
    expect((await command(key)).status).toBe(409);
    await database.pool.query(
      "update idempotency_keys set created_at = now() - interval '31 seconds' where key = $1",
      [key],
    );
    hold = Promise.resolve();
    expect((await command(key)).status).toBe(200);
    expect(new Set(sent).size).toBe(1);
    open();
    await lost;
  });
});

test('keys are kept for two days, and no longer', async () => {
  const [old, fresh] = [freshKey(), freshKey()];
  await ask(old);
  await ask(fresh);
  await database.pool.query(
    "update idempotency_keys set created_at = now() - interval '49 hours' where key = $1",
    [old],
  );
  expect(await deleteExpiredIdempotencyKeys(database.pool)).toBe(1);
  expect((await ask(fresh)).headers['idempotent-replayed']).toBe('true');
  expect((await ask(old)).headers['idempotent-replayed']).toBeUndefined();
});
