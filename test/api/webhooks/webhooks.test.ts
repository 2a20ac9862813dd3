import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import type { HttpAnswer, HttpRequest } from '../../support/http.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
let admin: TestUser;
beforeAll(async () => {
  admin = await createApiUser(database, 'ADMIN');
});

const PATH = '/api/v1/webhooks';
const URL_ = 'https://receiver.example/hook';
const send = (path: string, request: HttpRequest = {}): Promise<HttpAnswer> =>
  api.send(path, { token: admin.token, ...request });
const post = (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
  send(path, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });

async function given(more: Record<string, unknown> = {}): Promise<string> {
  const made = await post(PATH, { url: URL_, events: ['*'], ...more });
  expect(made.status).toBe(201);
  return String(made.body['id']);
}

async function actionsOn(id: string): Promise<unknown[]> {
  const { body } = await send(`/api/v1/audit-logs?resourceType=webhook&resourceId=${id}`);
  return (body['items'] as { action: string }[]).map((entry) => entry.action).reverse();
}

test('a webhook is answered with its secret once, and its secret is nowhere in clear', async () => {
  const key = { 'Idempotency-Key': 'make-one' };
  const body = {
    url: URL_,
    events: ['job.failed', 'job.completed'],
    description: 'ours',
    reason: 'asked for',
  };
  const made = await post(PATH, body, key);
  expect([made.status, made.headers['cache-control'], made.headers['etag']]).toEqual([
    201,
    'no-store',
    '"1"',
  ]);
  const { secret, ...webhook } = made.body;
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(webhook).toMatchObject({ url: URL_, events: ['job.failed', 'job.completed'], isActive: true });
  expect((await send(String(made.headers['location']))).body).toEqual(webhook);
  const again = await post(PATH, body, key);
  expect([again.headers['idempotent-replayed'], again.body]).toEqual(['true', made.body]);
  for (const table of ['webhooks', 'audit_logs', 'idempotency_keys']) {
    const { rows } = await database.pool.query(`select t::text from ${table} t`);
    expect(JSON.stringify(rows)).not.toContain(String(secret).slice(6));
    expect(JSON.stringify(rows)).not.toContain(
      Buffer.from(String(secret).slice(6), 'base64').toString('hex'),
    );
  }
});

test('a secret of the caller is taken, and one that is none is refused', async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  expect((await post(PATH, { url: URL_, events: ['*'], secret })).body['secret']).toBe(secret);
  expect((await post(PATH, { url: URL_, events: ['*'], secret: 'whsec_short' })).status).toBe(400);
});

test.each<[string, unknown, string]>([
  ['an unknown field', { url: URL_, events: ['*'], colour: 1 }, 'colour'],
  ['no events', { url: URL_, events: [] }, 'events'],
  ['an event that is none', { url: URL_, events: ['job.exploded'] }, 'events.0'],
  ['an event that is never stored', { url: URL_, events: ['step.delta'] }, 'events.0'],
  ['http', { url: 'http://receiver.example/', events: ['*'] }, 'url'],
  ['an address of this machine', { url: 'https://127.0.0.1/', events: ['*'] }, 'url'],
  ['the same in decimal', { url: 'https://2130706433/', events: ['*'] }, 'url'],
  ['a private address in IPv6 clothes', { url: 'https://[::ffff:10.0.0.1]/', events: ['*'] }, 'url'],
  ['a password', { url: 'https://a:b@receiver.example/', events: ['*'] }, 'url'],
])('a webhook with %s is refused', async (_what, body, path) => {
  const answer = await post(PATH, body);
  expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error']);
  expect(answer.body['errors']).toMatchObject([{ path }]);
});

test('a change needs the version that was read, says what changed, and a change to nothing is none', async () => {
  const id = await given();
  const patch = (body: unknown, headers: Record<string, string> = {}) =>
    send(`${PATH}/${id}`, { method: 'PATCH', body, headers });
  const changed = await patch({ events: ['job.failed'] }, { 'If-Match': '"1"' });
  expect([changed.status, changed.headers['etag']]).toEqual([200, '"2"']);
  expect((await patch({ description: 'x' }, { 'If-Match': '"1"' })).status).toBe(412);
  expect((await patch({ events: ['job.failed'] })).body['version']).toBe(2);
  expect((await patch({ url: 'https://10.0.0.1/' })).status).toBe(400);
  expect((await patch({})).status).toBe(400);
  expect((await patch({ isActive: false })).body).toMatchObject({ isActive: false, disabledReason: null });
  expect((await patch({ isActive: true })).body).toMatchObject({ isActive: true, disabledAt: null });
  expect(await actionsOn(id)).toEqual(['created', 'updated', 'deactivated', 'activated']);
});

test('a removed webhook is gone for everybody, and what waited for it is canceled', async () => {
  const id = await given();
  const { deliveryId } = (await post(`${PATH}/${id}/test`)).body as { deliveryId: string };
  expect((await send(`${PATH}/${id}`, { method: 'DELETE' })).status).toBe(204);
  for (const path of [`${PATH}/${id}`, `${PATH}/${id}/deliveries`, `${PATH}/${id}/deliveries/${deliveryId}`])
    expect((await send(path)).status).toBe(404);
  expect((await send(`${PATH}/${id}`, { method: 'DELETE' })).status).toBe(404);
  const { rows } = await database.pool.query('select status from webhook_deliveries where id = $1', [
    deliveryId,
  ]);
  expect(rows).toEqual([{ status: 'canceled' }]);
  expect(await actionsOn(id)).toEqual(['created', 'tested', 'deleted']);
});

test('rotating shows the new secret once, and says how long the old one signs as well', async () => {
  const id = await given();
  const rotated = await post(`${PATH}/${id}/rotate-secret`);
  expect([rotated.status, rotated.headers['cache-control']]).toEqual([200, 'no-store']);
  const { secret, previousSecretUntil } = rotated.body;
  expect(secret).toMatch(/^whsec_/);
  const hours = (Date.parse(String(previousSecretUntil)) - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(23.9);
  expect(hours).toBeLessThanOrEqual(24);
  expect((await send(`${PATH}/${id}`)).text).not.toContain('whsec_');
  expect(await actionsOn(id)).toEqual(['created', 'secret_rotated']);
});

test('the test button queues one event, once for a key, and says where to look', async () => {
  const id = await given();
  const key = { 'Idempotency-Key': `test-${id}` };
  const first = await post(`${PATH}/${id}/test`, undefined, key);
  const again = await post(`${PATH}/${id}/test`, undefined, key);
  expect([first.status, again.body]).toEqual([202, first.body]);
  expect(first.headers).toMatchObject({ location: first.body['statusUrl'], 'retry-after': '3' });
  const found = await send(String(first.body['statusUrl']));
  expect(found.body).toMatchObject({
    status: 'pending',
    event: 'webhook.test',
    attempts: 0,
    log: [],
    body: { type: 'webhook.test', data: { webhookId: id, by: admin.id } },
  });
});

test('deliveries are paged and filtered, and belong to their webhook', async () => {
  const [id, other] = [await given(), await given()];
  const made: unknown[] = [];
  for (let count = 0; count < 3; count += 1)
    made.unshift((await post(`${PATH}/${id}/test`)).body['deliveryId']);
  const idsOf = (answer: HttpAnswer): unknown[] =>
    (answer.body['items'] as { id: string }[]).map((each) => each.id);
  const first = await send(`${PATH}/${id}/deliveries?limit=2&status=pending`);
  expect(idsOf(first)).toEqual(made.slice(0, 2));
  const next = /<([^>]+)>; rel="next"/.exec(String(first.headers['link']))![1]!;
  expect(idsOf(await send(next))).toEqual(made.slice(2));
  expect(idsOf(await send(`${PATH}/${id}/deliveries?status=failed`))).toEqual([]);
  expect((await send(`${PATH}/${id}/deliveries?status=lost`)).status).toBe(400);
  expect((await send(`${PATH}/${other}/deliveries/${String(made[0])}`)).status).toBe(404);
  expect((await post(`${PATH}/${other}/deliveries/${String(made[0])}/redeliver`)).status).toBe(404);
});

test('a delivery that still waits is made due instead of being doubled', async () => {
  const id = await given();
  const deliveryId = String((await post(`${PATH}/${id}/test`)).body['deliveryId']);
  await database.pool.query(
    `update webhook_deliveries set next_attempt_at = now() + interval '1 hour', attempts = 3 where id = $1`,
    [deliveryId],
  );
  const again = await post(`${PATH}/${id}/deliveries/${deliveryId}/redeliver`);
  expect([again.status, again.body['deliveryId']]).toEqual([202, deliveryId]);
  const { body } = await send(`${PATH}/${id}/deliveries/${deliveryId}`);
  expect(Date.parse(String(body['nextAttemptAt']))).toBeLessThanOrEqual(Date.now());
});

test('webhooks are listed newest first, and by whether they are on', async () => {
  const [on, off] = [await given(), await given({ isActive: false })];
  const idsOf = async (query: string): Promise<unknown[]> =>
    ((await send(`${PATH}?limit=100${query}`)).body['items'] as { id: string }[]).map((each) => each.id);
  expect((await idsOf('')).slice(0, 2)).toEqual([off, on]);
  expect(await idsOf('&isActive=false')).toContain(off);
  expect(await idsOf('&isActive=false')).not.toContain(on);
  expect((await post(`${PATH}/${off}/test`)).body['code']).toBe('conflict');
});
