import { useApi } from '../../support/api.js';
import { tamper, writeEntry } from '../../support/audit/entries.js';
import { useDatabase } from '../../support/servers/database.js';
import type { HttpAnswer } from '../../support/http.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
const PATH = '/api/v1/audit-logs';
let admin: TestUser;

beforeAll(async () => {
  admin = await createApiUser(database, 'ADMIN');
});

const get = (path: string): Promise<HttpAnswer> => api.send(path, { token: admin.token });
const itemsOf = (answer: HttpAnswer) =>
  answer.body['items'] as { id: string; action: string; actor: object; isDeleted: boolean }[];

test('a fresh entry is covered when verify answers', async () => {
  await writeEntry(database.pool, { resourceId: 'usr_fresh' });
  const { rows } = await database.pool.query<{ count: number }>('select count(*) from audit_logs');
  expect((await get(`${PATH}/verify`)).body).toMatchObject({ valid: true, checked: rows[0]!.count });
  const [entry] = itemsOf(await get(`${PATH}?resourceId=usr_fresh`));
  expect(entry).toMatchObject({ seq: expect.any(Number), hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test('each filter narrows, and all of them together', async () => {
  await writeEntry(database.pool, { action: 'exported', resourceType: 'setting', resourceId: 'set_1' });
  await writeEntry(database.pool, { action: 'exported', resourceType: 'job', resourceId: 'job_1' });
  const actor = 'usr_00000000000000000000000001';
  for (const query of ['action=exported', 'resourceType=setting', 'resourceId=set_1']) {
    expect(itemsOf(await get(`${PATH}?${query}`)).map((entry) => entry.action)).toContain('exported');
  }
  const all = `${PATH}?action=exported&resourceType=setting&actorId=${actor}&from=2020-01-01T00:00:00Z&to=2999-01-01T00:00:00Z`;
  expect(itemsOf(await get(all))).toHaveLength(1);
  expect(itemsOf(await get(`${all}&resourceId=other`))).toHaveLength(0);
  expect(itemsOf(await get(`${PATH}?to=2020-01-01T00:00:00Z`))).toHaveLength(0);
  expect((await get(`${PATH}?from=yesterday`)).status).toBe(400);
});

test('a hidden entry leaves the lists, stays by its id, and the chain stays whole', async () => {
  await writeEntry(database.pool, { resourceId: 'usr_hide' });
  const [entry] = itemsOf(await get(`${PATH}?resourceId=usr_hide`));
  const body = JSON.stringify({ reason: 'a test' });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
  const hide = () =>
    api.send(`${PATH}/${entry!.id}`, { method: 'DELETE', token: admin.token, body, headers });
  expect([(await hide()).status, (await hide()).status]).toEqual([204, 204]);
  expect(itemsOf(await get(`${PATH}?resourceId=usr_hide`))).toEqual([]);
  expect(itemsOf(await get(`${PATH}?resourceId=usr_hide&includeDeleted=true`))).toMatchObject([
    { isDeleted: true },
  ]);
  expect((await get(`${PATH}/${entry!.id}`)).body).toMatchObject({ id: entry!.id, isDeleted: true });
  expect(itemsOf(await get(`${PATH}?resourceId=${entry!.id}`))).toMatchObject([
    { action: 'deleted', resourceType: 'audit_log', reason: 'a test' },
  ]);
  expect((await get(`${PATH}/verify`)).body).toMatchObject({ valid: true });
});

test('hidden and visible entries come in one order, page by page', async () => {
  for (let index = 0; index < 9; index += 1) await writeEntry(database.pool, { resourceId: 'usr_mixed' });
  const ids = itemsOf(await get(`${PATH}?resourceId=usr_mixed`)).map((entry) => entry.id);
  for (const id of [ids[1], ids[4], ids[5]]) {
    await api.send(`${PATH}/${String(id)}`, { method: 'DELETE', token: admin.token });
  }
  const seen: string[] = [];
  for (let cursor = ''; ;) {
    const page = await get(`${PATH}?resourceId=usr_mixed&includeDeleted=true&limit=2${cursor}`);
    seen.push(...itemsOf(page).map((entry) => entry.id));
    if (page.body['nextCursor'] === null) break;
    cursor = `&cursor=${String(page.body['nextCursor'])}`;
  }
  expect(seen).toEqual(ids);
});

test('the facets count actions, resources, actors and days of what matches', async () => {
  await writeEntry(database.pool, { action: 'approved', resourceType: 'gate', resourceId: 'gate_facet' });
  const { body } = await get(`${PATH}/facets?resourceType=gate`);
  expect(body).toMatchObject({
    action: [{ value: 'approved', count: 1 }],
    resourceType: [{ value: 'gate', count: 1 }],
    actor: [{ name: 'Ada', count: 1 }],
    timeline: [{ count: 1 }],
    counted: 1,
    complete: true,
  });
});

test('each part of the system is an actor of its own, among the facets and as a filter', async () => {
  for (const part of ['temporal', 'reconciler', 'temporal']) {
    const actor = { system: part };
    await writeEntry(database.pool, { actor, action: 'closed', resourceType: 'office', resourceId: 'ofc_x' });
  }
  const about = 'resourceType=office&action=closed';
  expect((await get(`${PATH}/facets?${about}`)).body['actor']).toEqual([
    { id: null, name: 'temporal', count: 2 },
    { id: null, name: 'reconciler', count: 1 },
  ]);
  const entries = itemsOf(await get(`${PATH}?${about}&actorId=system:temporal`));
  expect(entries.map(({ actor }) => actor)).toMatchObject([{ name: 'temporal' }, { name: 'temporal' }]);
  expect(itemsOf(await get(`${PATH}?${about}&actorId=temporal`))).toEqual([]);
});

test('an unknown entry is not found, and nothing that looks otherwise either', async () => {
  expect((await get(`${PATH}/aud_00000000000000000000000000`)).status).toBe(404);
  expect(
    (await api.send(`${PATH}/aud_00000000000000000000000000`, { method: 'DELETE', token: admin.token }))
      .status,
  ).toBe(404);
  expect((await get(`${PATH}/nothing`)).status).toBe(404);
});

test('an export is accepted while Temporal is away, and is an entry itself', async () => {
  const answer = await api.send(`${PATH}/export`, {
    method: 'POST',
    token: admin.token,
    body: { format: 'csv' },
  });
  expect(answer.status).toBe(202);
  expect(answer.headers['location']).toBe(`/jobs/${String(answer.body['jobId'])}`);
  const [entry] = itemsOf(await get(`${PATH}?resourceId=${String(answer.body['jobId'])}`));
  expect(entry).toMatchObject({ action: 'exported', resourceType: 'audit_log', after: { format: 'csv' } });
});

test('a changed entry is named, until it is as it was', async () => {
  await writeEntry(database.pool, { resourceId: 'usr_changed' });
  await get(`${PATH}/verify`);
  const nameActor = (name: string) =>
    tamper(database.pool, `update audit_logs set actor_name = '${name}' where resource_id = 'usr_changed'`);
  await nameActor('Nobody');
  const [entry] = itemsOf(await get(`${PATH}?resourceId=usr_changed`));
  expect((await get(`${PATH}/verify`)).body).toMatchObject({
    valid: false,
    firstBroken: { id: entry!.id, reason: 'content_changed' },
  });
  await nameActor('Ada');
  expect((await get(`${PATH}/verify`)).body).toMatchObject({ valid: true });
});
