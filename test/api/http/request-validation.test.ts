import { request as httpRequest } from 'node:http';
import { z } from 'zod';
import { implement, reply } from '../../../src/api/http/route.js';
import { readRoute, writeRoute } from '../../../src/contracts/route.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const shared = { summary: '', tag: 'test', access: 'user', responses: { 200: { description: '' } } } as const;
const thing = z.strictObject({
  name: z.string().max(100),
  inner: z.strictObject({ count: z.number().int() }).optional(),
  free: z.record(z.string(), z.unknown()).optional(),
});

const database = useDatabase();
const api = useApi({
  database,
  env: { BODY_LIMIT_BYTES: '2000' },
  routes: [
    implement(
      readRoute({
        ...shared,
        method: 'GET',
        path: '/things/:id',
        operationId: 'get',
        params: z.object({ id: z.string().max(20) }),
        query: z.strictObject({ limit: z.coerce.number().int().max(10).default(5) }),
      }),
      ({ params, query }) => Promise.resolve(reply(200, { ...params, ...query })),
    ),
    implement(
      writeRoute({ ...shared, method: 'POST', path: '/things', operationId: 'post', body: thing }),
      ({ body }) => Promise.resolve(reply(200, { body, polluted: ({} as { evil?: unknown }).evil ?? null })),
    ),
    implement(writeRoute({ ...shared, method: 'POST', path: '/bare', operationId: 'bare' }), ({ body }) =>
      Promise.resolve(reply(200, { body })),
    ),
  ],
});

let user: TestUser;
beforeAll(async () => {
  user = await createApiUser(database);
});

const post = (body: unknown, headers: Record<string, string> = {}, path = '/things') =>
  api.send(path, { method: 'POST', token: user.token, body, headers });

const json = { 'Content-Type': 'application/json' };

test.each<[string, unknown, Record<string, string>, number, string]>([
  ['a body that fits', { name: 'a' }, {}, 200, ''],
  [
    'a JSON type with its charset',
    '{"name":"a"}',
    { 'Content-Type': 'application/json; charset=UTF-8' },
    200,
    '',
  ],
  ['an unknown field', { name: 'a', more: 1 }, {}, 400, 'more'],
  ['an unknown field further in', { name: 'a', inner: { count: 1, x: 1 } }, {}, 400, 'inner.x'],
  ['a wrong type', { name: 1 }, {}, 400, 'name'],
  ['a missing field', {}, {}, 400, 'name'],
  ['no body at all', undefined, {}, 400, ''],
  ['a body that is a list', [], {}, 400, ''],
  ['a body that is null', 'null', json, 400, ''],
  ['half a document', '{"name":', json, 400, ''],
  ['text after the document', '{"name":"a"} x', json, 400, ''],
  ['bytes that are no UTF-8', Buffer.from('7b226e616d65223a22ff227d', 'hex'), json, 400, ''],
  ['a NUL in a text', { name: 'a\u0000b' }, {}, 400, 'name'],
  ['a NUL in a name', { name: 'a', free: { 'x\u0000': 1 } }, {}, 400, 'free.x\uFFFD'],
  ['half of a surrogate pair', '{"name":"\\ud800"}', json, 400, 'name'],
  ['65 levels', `{"name":"a","free":{"x":${'['.repeat(63)}${']'.repeat(63)}}}`, json, 400, ''],
  ['64 levels', `{"name":"a","free":{"x":${'['.repeat(62)}${']'.repeat(62)}}}`, json, 200, ''],
  ['brackets inside a text', { name: '['.repeat(90) }, {}, 200, ''],
  [
    'a prototype key that is not in the schema',
    '{"name":"a","__proto__":{"evil":1}}',
    json,
    400,
    '__proto__',
  ],
  ['a form', 'name=a', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, ''],
  ['JSON that says it is text', '{"name":"a"}', { 'Content-Type': 'text/plain' }, 415, ''],
  ['another charset', '{"name":"a"}', { 'Content-Type': 'application/json; charset=latin1' }, 415, ''],
  ['a compressed body', '{"name":"a"}', { ...json, 'Content-Encoding': 'gzip' }, 415, ''],
  ['a body at the limit', `{"name":"a"}${' '.repeat(1_988)}`, json, 200, ''],
  ['a body over the limit', `{"name":"a"}${' '.repeat(1_989)}`, json, 413, ''],
  ['a body far over the limit', ' '.repeat(3_000_000), json, 413, ''],
])('%s is answered as it should be', async (...[, body, headers, status, path]) => {
  const answer = await post(body, headers);
  expect(answer.status).toBe(status);
  if (status === 200) return;
  const code = { 400: 'validation_error', 413: 'payload_too_large', 415: 'unsupported_media_type' }[status];
  expect(answer.body['code']).toBe(code);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  if (status === 400)
    expect(answer.body['errors']).toMatchObject([{ path, message: expect.any(String) as string }]);
});

test('a prototype key in a free object pollutes nothing', async () => {
  const answer = await post(
    '{"name":"a","free":{"__proto__":{"evil":1},"constructor":{"prototype":{"evil":1}}}}',
    json,
  );
  expect(answer.body['polluted']).toBeNull();
});

test('many wrong fields make a short answer', async () => {
  const body = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}`, 1]));
  const answer = await post(body);
  expect(answer.status).toBe(400);
  expect(answer.body['errors']).toHaveLength(20);
});

test('a body without a declared length is cut off at the limit', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { ...json, Authorization: `Bearer ${user.token}`, 'Transfer-Encoding': 'chunked' };
    const request = httpRequest(
      `${api.url}/things`,
      { method: 'POST', headers, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    request.on('error', reject);
    for (let chunk = 0; chunk < 100; chunk += 1) request.write(' '.repeat(1_000));
    request.end('{"name":"a"}');
  });
  expect(status).toBe(413);
});

test.each<[string, unknown, number]>([
  ['nothing', undefined, 200],
  ['an empty object', {}, 200],
  ['a field', { a: 1 }, 400],
])('a route that takes no body takes %s as it should', async (_what, body, status) => {
  expect((await post(body, {}, '/bare')).status).toBe(status);
});

test.each<[string, number, string]>([
  ['/things/a', 200, ''],
  ['/things/a?limit=7', 200, ''],
  ['/things/a?limit=11', 400, 'limit'],
  ['/things/a?limit=x', 400, 'limit'],
  ['/things/a?limit=1&limit=1', 400, 'limit'],
  ['/things/a?other=1', 400, 'other'],
  ['/things/a?__proto__=1', 400, '__proto__'],
  ['/things/a?limit=%00', 400, 'limit'],
])('GET %s gives %i', async (path, status, errorPath) => {
  const answer = await api.send(path, { token: user.token });
  expect(answer.status).toBe(status);
  if (status === 400) expect(answer.body['errors']).toMatchObject([{ path: errorPath }]);
});

test.each([
  ['longer than any id', `/things/${'x'.repeat(21)}`],
  ['with a NUL', '/things/a%00b'],
  ['with a broken escape', '/things/%E0%A4%A'.padEnd(40, 'x')],
])('an id %s is a record that does not exist', async (_what, path) => {
  const answer = await api.send(path, { token: user.token });
  expect([answer.status, answer.body['code']]).toEqual([404, 'not_found']);
});
