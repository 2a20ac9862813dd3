import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { SeededSession } from './reads-fixture.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
let owner: TestUser;
let admin: TestUser;
let foreign: TestUser;
beforeAll(async () => {
  owner = await createApiUser(database);
  admin = await createApiUser(database, 'ADMIN');
  foreign = await createApiUser(database);
});

async function atGate(output: string): Promise<{ session: SeededSession; gate: string }> {
  const session = await SeededSession.create(database.pool, owner.id, { template: 'minimal' });
  await session.phase({ output });
  return { session, gate: await session.openGate() };
}

const reserve = (gate: string, { token }: TestUser) =>
  api.send(`/api/v1/gates/${gate}/reserve`, { method: 'POST', token });
const readGate = async (gate: string, { token }: TestUser) =>
  (await api.send(`/api/v1/gates/${gate}`, { token })).body;

test('a gate shows to others who reads it, and the first reader stays until they stop', async () => {
  const { gate } = await atGate('an output');
  expect(await readGate(gate, admin)).toMatchObject({ reservedBy: null, reservedUntil: null });
  const reserved = await reserve(gate, owner);
  expect([reserved.status, reserved.body]).toMatchObject([200, { reservedBy: { id: owner.id } }]);
  const until = Date.parse(String(reserved.body['reservedUntil']));
  expect(Math.abs(until - Date.now() - 120_000)).toBeLessThan(60_000);
  const second = await reserve(gate, admin);
  expect([second.status, second.body]).toMatchObject([200, { reservedBy: { id: owner.id } }]);
  const { body } = await api.send('/api/v1/gates', { token: admin.token });
  expect(body['items']).toContainEqual(expect.objectContaining({ id: gate, reservedBy: expect.anything() }));
  await database.pool.query(`update gates set reserved_until = now() - interval '1 second' where id = $1`, [
    gate,
  ]);
  expect(await readGate(gate, owner)).toMatchObject({ reservedBy: null, reservedUntil: null });
  expect((await reserve(gate, admin)).body).toMatchObject({ reservedBy: { id: admin.id } });
});

test('the topic of a gate shows what turns the direction of writing by its code', async () => {
  const topic = 'an invoice \u202etxt.exe';
  const session = await SeededSession.create(database.pool, owner.id, { template: 'minimal', topic });
  await session.phase({ output: 'an output' });
  const gate = await session.openGate();
  const visible = 'an invoice [U+202E]txt.exe';
  expect(await readGate(gate, owner)).toMatchObject({ topic: visible });
  const { body } = await api.send('/api/v1/gates', { token: owner.token });
  expect(body['items']).toContainEqual(expect.objectContaining({ id: gate, topic: visible }));
});

test('reading again renews the time', async () => {
  const { gate } = await atGate('an output');
  await reserve(gate, owner);
  await database.pool.query(`update gates set reserved_until = now() + interval '1 second' where id = $1`, [
    gate,
  ]);
  const { body } = await reserve(gate, owner);
  expect(Date.parse(String(body['reservedUntil'])) - Date.now()).toBeGreaterThan(60_000);
});

test('a gate that is foreign cannot be reserved, and a decided one has no reader', async () => {
  const { session, gate } = await atGate('an output');
  expect((await reserve(gate, foreign)).status).toBe(404);
  expect(await readGate(gate, owner)).toMatchObject({ reservedBy: null });
  await session.approve();
  const late = await reserve(gate, owner);
  expect([late.status, late.body]).toMatchObject([200, { status: 'approved', reservedBy: null }]);
});

test('what a person looked at last is remembered for them alone, and changes since then are marked', async () => {
  const { session } = await atGate('one\ntwo\nthree');
  const path = `/api/v1/cot-sessions/${session.id}`;
  const first = session.digestOf(1);
  const see = (outputDigest: string, { token }: TestUser) =>
    api.send(`${path}/phases/1/seen`, { method: 'PUT', token, body: { outputDigest } });
  const lastSeen = async ({ token }: TestUser) => {
    const { body, headers } = await api.send(path, { token });
    const [phase] = body['phases'] as { lastSeenDigest: string | null }[];
    return [phase?.lastSeenDigest, headers['etag']];
  };
  const [none, before] = await lastSeen(owner);
  expect(none).toBeNull();
  expect((await see(first, owner)).body).toMatchObject({ phase: 1, outputDigest: first });
  const [seen, after] = await lastSeen(owner);
  expect(seen).toBe(first);
  expect(after).not.toBe(before);
  expect((await lastSeen(admin))[0]).toBeNull();
  await session.edit('one\n2\nthree');
  const changes = await api.send(`${path}/phases/1/changes?since=${first}`, { token: owner.token });
  expect(changes.body).toMatchObject({
    phase: 1,
    since: first,
    outputDigest: session.digestOf(1),
    equal: false,
    before: expect.any(String),
    diff: { added: 1, removed: 1, truncated: false },
  });
  const now = session.digestOf(1);
  const same = await api.send(`${path}/phases/1/changes?since=${now}`, { token: owner.token });
  expect(same.body).toMatchObject({ equal: true, diff: null });
  expect((await see(now, owner)).status).toBe(200);
  expect((await lastSeen(owner))[0]).toBe(now);
});

test.each([
  ['an unknown digest', 1, 'f'.repeat(64), 404],
  ['no digest', 1, 'latest', 400],
  ['a phase that is not there', 9, null, 404],
])('%s is refused', async (_what, phase, digest, status) => {
  const { session } = await atGate('an output');
  const path = `/api/v1/cot-sessions/${session.id}/phases/${phase}`;
  const outputDigest = digest ?? session.digestOf(1);
  const { token } = owner;
  const seen = await api.send(`${path}/seen`, { method: 'PUT', token, body: { outputDigest } });
  const changes = await api.send(`${path}/changes?since=${outputDigest}`, { token });
  expect([seen.status, changes.status]).toEqual([status, status]);
});

test('nobody looks at the session of another', async () => {
  const { session } = await atGate('an output');
  const path = `/api/v1/cot-sessions/${session.id}/phases/1`;
  const outputDigest = session.digestOf(1);
  const { token } = foreign;
  expect((await api.send(`${path}/seen`, { method: 'PUT', token, body: { outputDigest } })).status).toBe(404);
  expect((await api.send(`${path}/changes?since=${outputDigest}`, { token })).status).toBe(404);
});

test('a list echoes the filters that it was found by, as they were understood', async () => {
  const filtersOf = async (path: string): Promise<unknown> =>
    (await api.send(path, { token: owner.token })).body['appliedFilters'];
  expect(await filtersOf('/api/v1/cot-sessions?status=running,paused&limit=5')).toEqual({
    status: 'running,paused',
  });
  expect(await filtersOf('/api/v1/gates')).toEqual({ status: 'waiting' });
  expect(await filtersOf('/jobs?kind=report')).toEqual({ kind: 'report' });
});
