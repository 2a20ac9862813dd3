import { useApi } from '../../support/api.js';
import type { HttpAnswer } from '../../support/http.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({
  database,
});
let admin: TestUser;
let ana: TestUser;
beforeAll(async () => {
  admin = await createApiUser(database, 'ADMIN');
  ana = await createApiUser(database);
});

const ask = (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> =>
  api.send(`/api/v1${path}`, {
    method,
    token: admin.token,
    headers,
    ...(body === undefined ? {} : { body }),
  });

const made = async (path: string, body: object): Promise<Record<string, unknown>> => {
  const answer = await ask('POST', path, body);
  expect([answer.status, answer.text.slice(0, 400)]).toEqual([201, expect.anything()]);
  expect(answer.headers.location).toBe(`/api/v1${path}/${String(answer.body['id'])}`);
  return answer.body;
};

const newOffice = (more: object = {}): Promise<Record<string, unknown>> =>
  made('/offices', { name: 'Nakano', time_zone: 'Asia/Tokyo', ...more });

test('an office, its staff and its deadlines are made, read, changed and removed', async () => {
  const office = await newOffice({ external_id: 'nakano' });
  const person = await made('/staff', { office_id: office['id'], name: 'Aya', email: 'aya@example.test' });
  expect(person).toMatchObject({
    language: 'en',
    notify_email: true,
    quiet_hours: null,
    digest: true,
    version: 1,
  });
  const deadline = await made('/deadlines', {
    office_id: office['id'],
    title: 'Fire inspection',
    due_on: '2026-12-01',
  });
  expect(deadline).toMatchObject({ due_on: '2026-12-01', state: 'open', critical: false });
  const changed = await ask('PATCH', `/staff/${String(person['id'])}`, {
    language: 'ja',
    quiet_hours: { from: '22:00', to: '07:00' },
    reason: 'asked for it',
  });
  expect(changed.body).toMatchObject({
    language: 'ja',
    quiet_hours: { from: '22:00', to: '07:00' },
    version: 2,
  });
  const closed = await ask('PATCH', `/deadlines/${String(deadline['id'])}`, { state: 'closed' });
  expect(closed.body).toMatchObject({ state: 'closed' });
  expect((await ask('DELETE', `/offices/${String(office['id'])}`)).status).toBe(204);
  for (const path of [`/staff/${String(person['id'])}`, `/deadlines/${String(deadline['id'])}`]) {
    expect((await ask('GET', path)).status).toBe(404);
  }
});

test('every change has its entry in the audit log', async () => {
  const office = await newOffice();
  const id = String(office['id']);
  await ask('PATCH', `/offices/${id}`, { name: 'Shinjuku', reason: 'they moved' });
  await ask('DELETE', `/offices/${id}`);
  const { body } = await ask('GET', `/audit-logs?resourceType=office&resourceId=${id}`);
  expect(body['items']).toMatchObject([
    { action: 'deleted', before: { name: 'Shinjuku' } },
    { action: 'updated', before: { name: 'Nakano' }, after: { name: 'Shinjuku' }, reason: 'they moved' },
    { action: 'created', after: { name: 'Nakano', time_zone: 'Asia/Tokyo' } },
  ]);
});

test('a change to a version that is no more is refused', async () => {
  const id = String((await newOffice())['id']);
  const read = await ask('GET', `/offices/${id}`);
  await ask('PATCH', `/offices/${id}`, { name: 'First' });
  const late = await ask(
    'PATCH',
    `/offices/${id}`,
    { name: 'Late' },
    { 'If-Match': String(read.headers.etag) },
  );
  expect([late.status, late.body['code']]).toEqual([412, 'precondition_failed']);
  expect((await ask('GET', `/offices/${id}`)).body['name']).toBe('First');
});

test.each([
  ['/offices', { name: 'X', time_zone: 'Mars/Olympus' }, 'time_zone'],
  ['/offices', { name: 'a\nb', time_zone: 'UTC' }, 'name'],
  [
    '/staff',
    { office_id: 'off_00000000000000000000000000', name: 'X', email: 'x@example.test' },
    'office_id',
  ],
  ['/deadlines', { office_id: 'off_00000000000000000000000000', title: 'X', due_on: '2026-02-30' }, 'due_on'],
  ['/push-subscriptions', { staff_id: 'x', endpoint: 'nowhere', keys: { p256dh: '', auth: '' } }, 'staff_id'],
])('what does not fit is refused by its field: %s %j', async (path, body, field) => {
  const answer = await ask('POST', path, body);
  expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error']);
  expect((answer.body['errors'] as { path: string }[]).map((error) => error.path)).toContain(field);
});

test('an external id and an address of an office are taken once', async () => {
  const office = await newOffice({ external_id: 'twice' });
  expect((await ask('POST', '/offices', { name: 'B', time_zone: 'UTC', external_id: 'twice' })).status).toBe(
    409,
  );
  const person = { office_id: office['id'], name: 'Aya', email: 'twice@example.test' };
  await made('/staff', person);
  expect((await ask('POST', '/staff', { ...person, email: 'TWICE@example.test' })).status).toBe(409);
});

test('lists are paged, filtered and only for administrators', async () => {
  const office = String((await newOffice({ name: 'Paged' }))['id']);
  for (const day of ['2027-01-01', '2027-01-02', '2027-01-03']) {
    await made('/deadlines', { office_id: office, title: day, due_on: day });
  }
  const first = await ask('GET', `/deadlines?office_id=${office}&limit=2`);
  const next = await ask(
    'GET',
    `/deadlines?office_id=${office}&limit=2&cursor=${String(first.body['nextCursor'])}`,
  );
  const titles = [
    ...(first.body['items'] as { title: string }[]),
    ...(next.body['items'] as { title: string }[]),
  ];
  expect(titles.map(({ title }) => title)).toEqual(['2027-01-03', '2027-01-02', '2027-01-01']);
  const due = await ask('GET', `/deadlines?office_id=${office}&due_from=2027-01-02&due_to=2027-01-02`);
  expect(due.body['items']).toHaveLength(1);
  expect((await ask('GET', '/offices?q=PAG&is_active=true')).body['items']).toMatchObject([
    { name: 'Paged' },
  ]);
  expect((await api.send('/api/v1/offices', { token: ana.token })).status).toBe(403);
});

test('the keys of a device are never shown, and a device is taken once', async () => {
  const office = await newOffice();
  const person = await made('/staff', { office_id: office['id'], name: 'Aya', email: 'push@example.test' });
  const keys = {
    p256dh: Buffer.alloc(65, 1).toString('base64url'),
    auth: Buffer.alloc(16, 1).toString('base64url'),
  };
  const body = { staff_id: person['id'], endpoint: 'https://push.example.test/1', keys };
  const device = await made('/push-subscriptions', body);
  expect(Object.keys(device).sort()).toEqual([
    'created_at',
    'endpoint',
    'id',
    'staff_id',
    'updated_at',
    'version',
  ]);
  expect((await ask('POST', '/push-subscriptions', body)).status).toBe(409);
  const listed = await ask('GET', `/push-subscriptions?staff_id=${String(person['id'])}`);
  expect(listed.body['items']).toEqual([device]);
  expect((await ask('DELETE', `/push-subscriptions/${String(device['id'])}`)).status).toBe(204);
});

test('a device that gets a new address keeps its record, and only address and keys together change', async () => {
  const office = await newOffice();
  const person = await made('/staff', { office_id: office['id'], name: 'Aya', email: 'renew@example.test' });
  const keysOf = (fill: number) => ({
    p256dh: Buffer.alloc(65, fill).toString('base64url'),
    auth: Buffer.alloc(16, fill).toString('base64url'),
  });
  const given = { staff_id: person['id'], endpoint: 'https://push.example.test/old', keys: keysOf(1) };
  const device = await made('/push-subscriptions', given);
  const path = `/push-subscriptions/${String(device['id'])}`;
  const renewed = { endpoint: 'https://push.example.test/new', keys: keysOf(2) };
  for (const half of [{ endpoint: renewed.endpoint }, { keys: renewed.keys }, { ...renewed, staff_id: 'x' }])
    expect((await ask('PATCH', path, half)).status).toBe(400);
  const changed = await ask('PATCH', path, renewed);
  expect([changed.status, changed.body]).toMatchObject([
    200,
    { id: device['id'], endpoint: renewed.endpoint, version: 2 },
  ]);
  const { rows } = await database.pool.query<{ p256dh: string; auth: string }>(
    'select p256dh, auth from push_subscriptions where id = $1',
    [device['id']],
  );
  expect(rows).toEqual([keysOf(2)]);
  const other = await made('/push-subscriptions', { ...given, endpoint: 'https://push.example.test/other' });
  const taken = await ask('PATCH', `/push-subscriptions/${String(other['id'])}`, renewed);
  expect([taken.status, taken.body['code']]).toEqual([409, 'already_exists']);
});
