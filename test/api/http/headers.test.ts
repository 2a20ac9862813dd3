import { z } from 'zod';
import { implement, reply } from '../../../src/api/http/route.js';
import { readRoute, writeRoute } from '../../../src/contracts/route.js';
import { currentMeter } from '../../../src/platform/query-meter.js';
import { startApi, useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const shared = { summary: '', tag: 'test', access: 'user', responses: { 200: { description: '' } } } as const;
const query = z.strictObject({ n: z.coerce.number().int().default(0) });
const routes = [
  implement(
    readRoute({
      ...shared,
      method: 'GET',
      path: '/read',
      operationId: 'read',
      query: z.strictObject({ v: z.string().default('a') }),
    }),
    ({ query: { v } }) => Promise.resolve(reply(200, { v })),
  ),
  implement(readRoute({ ...shared, method: 'GET', path: '/running', operationId: 'running' }), () =>
    Promise.resolve(reply(202, { state: 'running' }, { 'Retry-After': '3' })),
  ),
  implement(readRoute({ ...shared, method: 'GET', path: '/versioned', operationId: 'versioned' }), () =>
    Promise.resolve(reply(200, { at: performance.now() }, { ETag: '"7"' })),
  ),
  implement(readRoute({ ...shared, method: 'GET', path: '/long', operationId: 'long' }), () =>
    Promise.resolve(reply(200, { text: 'x'.repeat(5_000) })),
  ),
  implement(
    readRoute({ ...shared, method: 'GET', path: '/queries', operationId: 'queries', query }),
    async ({ query: { n } }, db) => {
      await Promise.all(Array.from({ length: n }, () => db.query('select pg_sleep(0.002)')));
      const meter = currentMeter();
      if (meter !== undefined && n === 1) meter.cache = 'miss';
      return reply(200, {});
    },
  ),
  implement(writeRoute({ ...shared, method: 'POST', path: '/write', operationId: 'write' }), () =>
    Promise.resolve(reply(201, { made: true })),
  ),
];

const database = useDatabase();
const api = useApi({ database, routes, env: { CORS_ORIGINS: 'https://app.example' } });
let user: TestUser;
beforeAll(async () => {
  user = await createApiUser(database);
});
const get = (path: string, headers: Record<string, string> = {}) =>
  api.send(path, { token: user.token, headers });

test.each<[string, string, boolean]>([
  ['one of ours', 'req_01abc', true],
  ['a UUID', '5b1a6b0e-2f6a-4a3e-9a7c-0d8a3f4b5c6d', true],
  ['one with a blank', 'a b', false],
  ['one that would break a header or a log line', 'x"><script>', false],
  ['one that is too long', 'x'.repeat(129), false],
])('a request id that is %s is kept or replaced', async (_what, given, kept) => {
  const { headers } = await get('/read', { 'X-Request-Id': given });
  if (kept) expect(headers['x-request-id']).toBe(given);
  else expect(headers['x-request-id']).toMatch(/^req_[0-9a-z]{26}$/);
});

test('every answer has the security headers, problems as well', async () => {
  for (const { headers } of [await get('/read'), await get('/nowhere'), await api.send('/read')]) {
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['x-powered-by']).toBeUndefined();
  }
});

describe('entity tags', () => {
  test('a read that has not changed is not sent again', async () => {
    const first = await get('/read');
    const again = await get('/read', { 'If-None-Match': String(first.headers['etag']) });
    expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', first.headers['etag']]);
    const other = await get('/read?v=b', { 'If-None-Match': String(first.headers['etag']) });
    expect([other.status, other.body['v']]).toEqual([200, 'b']);
  });

  test.each([
    ['among others', (tag: string) => `"x", ${tag}`],
    ['weakened by a proxy', (tag: string) => `W/${tag}`],
    ['as any', () => '*'],
  ])('a tag is recognised %s', async (_what, header) => {
    const { headers } = await get('/read');
    expect((await get('/read', { 'If-None-Match': header(String(headers['etag'])) })).status).toBe(304);
  });

  test('a status that is still 202 keeps its Retry-After in the 304', async () => {
    const { headers } = await get('/running');
    const again = await get('/running', { 'If-None-Match': String(headers['etag']) });
    expect([again.status, again.headers['retry-after']]).toEqual([304, '3']);
  });

  test('a handler that counts versions has the last word', async () => {
    expect((await get('/versioned')).headers['etag']).toBe('"7"');
    expect((await get('/versioned', { 'If-None-Match': '"7"' })).status).toBe(304);
  });

  test('reads are private and revalidated, writes are not stored', async () => {
    expect((await get('/read')).headers['cache-control']).toBe('private, no-cache');
    const written = await api.send('/write', { method: 'POST', token: user.token });
    expect([written.status, written.headers['cache-control'], written.headers['etag']]).toEqual([
      201,
      'no-store',
      undefined,
    ]);
  });

  test('a compressed answer has a weak tag that still answers If-None-Match', async () => {
    const { headers } = await get('/long', { 'Accept-Encoding': 'gzip' });
    expect([headers['content-encoding'], headers['etag']?.slice(0, 2)]).toEqual(['gzip', 'W/']);
    expect(headers.vary).toContain('Accept-Encoding');
    expect((await get('/long', { 'If-None-Match': String(headers['etag']) })).status).toBe(304);
  });
});

describe('Server-Timing', () => {
  test.each([0, 1, 3, 25])('counts %i queries of a route as %i, whatever signing in took', async (n) => {
    const { headers } = await get(`/queries?n=${n}`);
    const [, duration, count] =
      /db;dur=([\d.]+);desc="(\d+) queries"/.exec(String(headers['server-timing'])) ?? [];
    expect(Number(count)).toBe(n);
    if (n > 0) expect(Number(duration)).toBeGreaterThan(2);
  });

  test('queries that wait for a connection count for the request that made them', async () => {
    const counts = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const { headers } = await get(`/queries?n=${index}`);
        return Number(/desc="(\d+) queries"/.exec(String(headers['server-timing']))?.[1]);
      }),
    );
    expect(counts).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  test('says what the cache came to', async () => {
    expect((await get('/queries?n=1')).headers['server-timing']).toContain('cache;desc=miss');
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    api.send('/write', {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    });

  test('a page of a listed origin may call with a token, never with the cookie', async () => {
    const { status, headers } = await preflight('https://app.example');
    expect(status).toBe(204);
    expect(headers['access-control-allow-origin']).toBe('https://app.example');
    expect(headers['access-control-allow-headers']).toContain('Idempotency-Key');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    const answer = await get('/read', { Origin: 'https://app.example' });
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(answer.headers['access-control-expose-headers']).toMatch(/Content-Range.*Location/);
  });

  test.each(['https://evil.example', 'https://app.example.evil.example', 'null'])(
    '%s is not let in',
    async (origin) => {
      const asked = await preflight(origin);
      const answered = await get('/read', { Origin: origin });
      expect(asked.headers['access-control-allow-origin']).toBeUndefined();
      expect(answered.headers['access-control-allow-origin']).toBeUndefined();
      expect(answered.headers.vary).toContain('Origin');
    },
  );

  test('a problem can be read by the page that caused it', async () => {
    const answer = await api.send('/read', { headers: { Origin: 'https://app.example' } });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
      401,
      'https://app.example',
    ]);
  });
});

test.each([
  ['0', '127.0.0.1'],
  ['1', '203.0.113.9'],
])('with PROXY_IPS_COUNT=%s the address of a request is %s', async (count, ip) => {
  const seen = implement(
    readRoute({ ...shared, method: 'GET', path: '/ip', operationId: 'ip' }),
    ({ origin }) => Promise.resolve(reply(200, { ip: origin.ip })),
  );
  const behind = await startApi({ database, routes: [seen], env: { PROXY_IPS_COUNT: count } });
  try {
    const headers = { 'X-Forwarded-For': '198.51.100.1, 203.0.113.9' };
    expect((await behind.send('/ip', { token: user.token, headers })).body['ip']).toBe(ip);
  } finally {
    await behind.close();
  }
});
