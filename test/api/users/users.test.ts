import { startApi, useApi, type TestApi } from '../../support/api.js';
import { startRedis } from '../../support/servers/cache-redis.js';
import { useDatabase } from '../../support/servers/database.js';
import type { HttpAnswer, HttpRequest } from '../../support/http.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
let admin: TestUser;

beforeAll(async () => {
  admin = await createApiUser(database, 'ADMIN');
});

const PATH = '/api/v1/users';
const send = (path: string, request: HttpRequest = {}, via: TestApi = api): Promise<HttpAnswer> =>
  via.send(path, { token: admin.token, ...request });
const post = (path: string, body: unknown): Promise<HttpAnswer> => send(path, { method: 'POST', body });
const patch = (id: string, body: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
  send(`${PATH}/${id}`, { method: 'PATCH', body, headers });

let made = 0;
async function newUser(more: Record<string, unknown> = {}): Promise<{ id: string; version: number }> {
  const answer = await post(PATH, { email: `made${(made += 1)}@example.org`, name: `Made ${made}`, ...more });
  expect(answer.status).toBe(201);
  return answer.body as { id: string; version: number };
}

const timing = (answer: HttpAnswer, part: 'db' | 'cache'): string | undefined =>
  new RegExp(`${part};(?:dur=[\\d.]+;)?desc="?([^",]+)"?`).exec(String(answer.headers['server-timing']))?.[1];

async function entriesOf(resourceId: string): Promise<Record<string, unknown>[]> {
  const answer = await send(`/api/v1/audit-logs?resourceId=${resourceId}`);
  return answer.body['items'] as Record<string, unknown>[];
}

test('a new user is answered with an address and a version, and found there', async () => {
  const made = await post(PATH, {
    email: 'New@example.org',
    name: 'New',
    role: 'ADMIN',
    reason: 'asked for',
  });
  expect(made.status).toBe(201);
  expect(made.headers['etag']).toBe('"1"');
  const found = await send(String(made.headers['location']));
  expect(found.body).toEqual(made.body);
  expect(found.body).toMatchObject({ email: 'New@example.org', role: 'ADMIN', isActive: true, version: 1 });
});

test('a change names who, what and why in the log, and nothing that did not change', async () => {
  const { id } = await newUser();
  await patch(id, { role: 'ADMIN', reason: 'on call' });
  expect((await entriesOf(id))[0]).toMatchObject({
    action: 'role_changed',
    actor: { id: admin.id, role: 'ADMIN' },
    before: { role: 'ANALYST' },
    after: { role: 'ADMIN' },
    reason: 'on call',
  });
});

test('If-Match lets the version that was read through, and no other', async () => {
  const { id } = await newUser();
  const changed = await patch(id, { name: 'Second' }, { 'If-Match': '"1"' });
  expect([changed.status, changed.headers['etag']]).toEqual([200, '"2"']);
  const stale = await patch(id, { name: 'Third' }, { 'If-Match': '"1"' });
  expect(stale.status).toBe(412);
  expect(stale.body).toMatchObject({ code: 'precondition_failed', version: 2 });
  expect((await patch(id, { name: 'Third' }, { 'If-Match': 'W/"2"' })).status).toBe(200);
  expect((await patch(id, { name: 'Fourth' })).status).toBe(200);
});

test('a deactivated user is kept, and their key opens nothing any more', async () => {
  const user = await createApiUser(database);
  expect((await api.send('/api/v1/me', { token: user.token })).status).toBe(200);
  const gone = await send(`${PATH}/${user.id}`, { method: 'DELETE' });
  expect([gone.status, gone.body['isActive']]).toEqual([200, false]);
  expect((await api.send('/api/v1/me', { token: user.token })).status).toBe(401);
  expect((await send(`${PATH}/${user.id}`, { method: 'DELETE' })).status).toBe(200);
  expect((await entriesOf(user.id)).map((entry) => entry['action'])).toEqual(['deactivated']);
});

test.each<[string, unknown]>([
  ['no member', {}],
  ['only a reason', { reason: 'why' }],
  ['an unknown member', { name: 'x', admin: true }],
  ['a role that is none', { role: 'ROOT' }],
  ['an address that is none', { email: 'nobody' }],
  ['a name with a line break', { name: 'a\nb' }],
])('a change with %s is refused', async (_what, body) => {
  const { id } = await newUser();
  const answer = await patch(id, body);
  expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error']);
});

test.each(['_', '%', '\\', '%_%'])('a search for %s finds only what really begins so', async (q) => {
  await newUser({ name: 'plain' });
  const { id } = await newUser({ name: `${q}literal` });
  const answer = await send(`${PATH}?q=${encodeURIComponent(q)}`);
  expect((answer.body['items'] as { id: string }[]).map((user) => user.id)).toContain(id);
  expect((answer.body['items'] as { name: string }[]).every((user) => user.name.startsWith(q))).toBe(true);
});

test('a search finds the beginning of a name or of an address in any case', async () => {
  const { id } = await newUser({ name: 'Zoë Ångström', email: 'zz-find.me@example.org' });
  for (const q of ['zoë å', 'ZZ-FIND', 'Zoë']) {
    const answer = await send(`${PATH}?q=${encodeURIComponent(q)}`);
    expect((answer.body['items'] as { id: string }[]).map((user) => user.id)).toEqual([id]);
  }
});

test('users with their audit logs are two queries, for one user or for a hundred, each user once', async () => {
  for (let index = 0; index < 12; index += 1) await patch(admin.id, { name: `Admin ${index}` });
  for (const limit of [1, 100]) {
    const answer = await send(`${PATH}?include=auditLogs&limit=${limit}`);
    expect(timing(answer, 'db')).toBe('2 queries');
    const items = answer.body['items'] as { id: string; auditLogs: { actor: { id: string } }[] }[];
    expect(new Set(items.map((user) => user.id)).size).toBe(items.length);
    for (const user of items) {
      expect(user.auditLogs.length).toBeLessThanOrEqual(10);
      expect(user.auditLogs.every((log) => log.actor.id === user.id)).toBe(true);
    }
  }
  const own = await send(`${PATH}?include=auditLogs&q=${encodeURIComponent('Admin 11')}`);
  expect((own.body['items'] as { auditLogs: unknown[] }[])[0]!.auditLogs).toHaveLength(10);
});

test.each([
  [PATH, 1],
  [`${PATH}/stats`, 1],
  [`${PATH}/facets?q=made`, 1],
  ['/api/v1/audit-logs', 1],
  ['/api/v1/audit-logs?includeDeleted=true&resourceType=user', 1],
  ['/api/v1/audit-logs/facets', 1],
])('%s is one query', async (path, queries) => {
  const separator = path.includes('?') ? '&' : '?';
  const fresh = path === PATH ? `${path}${separator}limit=${(made += 1) % 90}` : path;
  await newUser();
  expect(timing(await send(fresh.replace('limit=0', 'limit=91')), 'db')).toBe(`${queries} queries`);
});

test('a read is a miss, then a hit without a query, and a miss again the moment a change commits', async () => {
  const { id } = await newUser();
  for (const path of [`${PATH}/${id}`, `${PATH}?role=ANALYST`, `${PATH}/stats`]) {
    await send(path);
    const hit = await send(path);
    expect([timing(hit, 'cache'), timing(hit, 'db')]).toEqual(['hit', '0 queries']);
    await patch(id, { name: `Renamed ${path.length}` });
    expect(timing(await send(path), 'cache')).not.toBe('hit');
  }
});

test('another process sees a change as well', async () => {
  const other = await startApi({ database });
  const { id } = await newUser({ name: 'Before' });
  await waitUntil(async () => timing(await send(`${PATH}/${id}`, {}, other), 'cache') === 'hit', {
    what: 'a hit there',
  });
  await patch(id, { name: 'After' });
  await waitUntil(async () => (await send(`${PATH}/${id}`, {}, other)).body['name'] === 'After', {
    what: 'the change there',
  });
  await other.close();
});

test('with Redis gone every route answers the same, and says that it went past it', async () => {
  const redis = await startRedis();
  const through = await startApi({ database, env: { REDIS_URL: redis.url } });
  const { id } = await newUser();
  const paths = [PATH, `${PATH}/${id}`, `${PATH}/stats`, `${PATH}/facets`];
  await waitUntil(async () => timing(await send(paths[1]!, {}, through), 'cache') === 'hit', {
    what: 'a hit in Redis',
  });
  await redis.stop();
  for (const path of paths) {
    const answer = await send(path, {}, through);
    expect([answer.status, timing(answer, 'cache')]).toEqual([200, 'bypass']);
  }
  const changed = await send(`${PATH}/${id}`, { method: 'PATCH', body: { name: 'Still' } }, through);
  expect(changed.status).toBe(200);
  expect((await send(`${PATH}/${id}`, {}, through)).body['name']).toBe('Still');
  await through.close();
});

test('the statistics and the facets count what is there', async () => {
  const stats = (await send(`${PATH}/stats`)).body as unknown as Record<string, number> & {
    byRole: Record<string, { total: number; active: number }>;
  };
  const { rows } = await database.pool.query<{ total: number; admins: number }>(
    `select count(*) as total, count(*) filter (where role = 'ADMIN') as admins from users`,
  );
  expect(stats).toMatchObject({ total: rows[0]!.total, createdLast7Days: rows[0]!.total });
  expect(stats.byRole['ADMIN']!.total).toBe(rows[0]!.admins);
  const facets = await send(`${PATH}/facets?role=ADMIN`);
  expect(facets.body).toMatchObject({ role: [{ value: 'ADMIN', count: rows[0]!.admins }], complete: true });
});

test('pages follow each other by cursor and by Link, and a cursor of another filter is refused', async () => {
  const first = await send(`${PATH}?limit=2`);
  expect(first.body).toMatchObject({ hasMore: true, prevCursor: null });
  const next = /<([^>]+)>; rel="next"/.exec(String(first.headers['link']))![1]!;
  const second = await send(next);
  expect(second.body['items']).toHaveLength(2);
  const back = await send(`${PATH}?limit=2&cursor=${String(second.body['prevCursor'])}`);
  expect(back.body['items']).toEqual(first.body['items']);
  const foreign = await send(`${PATH}?limit=2&role=ADMIN&cursor=${String(first.body['nextCursor'])}`);
  expect([foreign.status, foreign.body['code']]).toEqual([400, 'invalid_cursor']);
});

test('an API key is shown once, works until it is revoked, and is nowhere in clear', async () => {
  const { id } = await newUser();
  const keys = `${PATH}/${id}/api-keys`;
  const issued = await send(keys, {
    method: 'POST',
    body: { name: 'laptop' },
    headers: { 'Idempotency-Key': `key-${id}` },
  });
  expect([issued.status, issued.headers['cache-control']]).toEqual([201, 'no-store']);
  const secret = String(issued.body['secret']);
  expect((await api.send('/api/v1/me', { token: secret })).body).toMatchObject({ id });
  const listed = await send(keys);
  expect(listed.text).not.toContain(secret);
  expect((listed.body['items'] as unknown[])[0]).toMatchObject({ name: 'laptop', status: 'active' });
  for (const table of ['api_keys', 'audit_logs', 'idempotency_keys']) {
    const { rows } = await database.pool.query(`select t::text from ${table} t`);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(4));
  }
  const revoked = await send(`${keys}/${String(issued.body['id'])}`, { method: 'DELETE' });
  expect(revoked.status).toBe(204);
  expect((await api.send('/api/v1/me', { token: secret })).status).toBe(401);
  expect((await entriesOf(String(issued.body['id']))).map((entry) => entry['action'])).toEqual([
    'revoked',
    'created',
  ]);
});

test('a key that has expired opens nothing, and one cannot be made for the past or for an inactive user', async () => {
  const { id } = await newUser();
  const keys = `${PATH}/${id}/api-keys`;
  expect((await post(keys, { name: 'late', expiresAt: '2020-01-01T00:00:00Z' })).status).toBe(400);
  const issued = await post(keys, {
    name: 'short',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await database.pool.query(`update api_keys set expires_at = now() where id = $1`, [issued.body['id']]);
  expect((await api.send('/api/v1/me', { token: String(issued.body['secret']) })).status).toBe(401);
  await send(`${PATH}/${id}`, { method: 'DELETE' });
  expect((await post(keys, { name: 'more' })).body['code']).toBe('conflict');
});

test.each([
  ['GET', PATH],
  ['POST', PATH],
  ['GET', `${PATH}/stats`],
  ['GET', '/api/v1/audit-logs'],
  ['GET', '/api/v1/audit-logs/verify'],
  ['POST', '/api/v1/audit-logs/export'],
])('%s %s is for administrators', async (method, path) => {
  const analyst = await createApiUser(database);
  expect((await api.send(path, { method, token: analyst.token })).status).toBe(403);
});
