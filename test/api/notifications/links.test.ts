import { randomUUID } from 'node:crypto';
import { newId } from '../../../src/contracts/ids.js';
import { useApi } from '../../support/api.js';
import type { HttpAnswer } from '../../support/http.js';
import { testSecrets } from '../../support/servers/object-stores.js';
import { useDatabase } from '../../support/servers/database.js';
import { createPreferenceLinks } from '../../../src/crypto/preference-links.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({
  database,
});
const links = createPreferenceLinks(testSecrets, '');
let admin: TestUser;
let staffId: string;
beforeEach(async () => {
  admin ??= await createApiUser(database, 'ADMIN');
  const office = newId('office');
  staffId = newId('staff');
  await database.pool.query(`insert into offices (id, name, time_zone) values ($1, 'x', 'UTC')`, [office]);
  await database.pool.query(`insert into staff (id, office_id, name, email) values ($1, $2, 'x', $3)`, [
    staffId,
    office,
    `${randomUUID()}@example.test`,
  ]);
});

const preferences = async (): Promise<Record<string, unknown>> =>
  (await api.send(`/api/v1/staff/${staffId}/preferences`, { token: admin.token })).body;
const post = (path: string, body: string): Promise<HttpAnswer> =>
  api.send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body,
  });

const standard = {
  email: { enabled: true, mute_until: null },
  push: { enabled: true, mute_until: null },
  digest: true,
  language: 'en',
  quiet_hours: null,
};

test('a robot that GETs and HEADs every link leaves every preference as it was', async () => {
  for (const path of [links.preferences(staffId), links.unsubscribe(staffId)]) {
    for (const method of ['GET', 'HEAD', 'GET']) {
      const answer = await api.send(path, { method });
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    }
  }
  expect(await preferences()).toEqual(standard);
  const { rows } = await database.pool.query('select 1 from audit_logs where resource_id = $1', [staffId]);
  expect(rows).toEqual([]);
});

test('one click stops the mails and nothing else, once, with an entry in the audit log', async () => {
  const path = links.unsubscribe(staffId);
  for (let click = 0; click < 2; click += 1) {
    expect((await post(path, 'List-Unsubscribe=One-Click')).status).toBe(200);
  }
  expect(await preferences()).toEqual({ ...standard, email: { enabled: false, mute_until: null } });
  const { rows } = await database.pool.query(
    'select action, actor_name, before, after from audit_logs where resource_id = $1',
    [staffId],
  );
  expect(rows).toMatchObject([{ action: 'preferences_changed', actor_name: 'link in a mail' }]);
  expect((await api.send(path)).text).toContain('You receive no more mails.');
});

test('the form of a link changes what it says', async () => {
  const form = 'push=on&language=ja&quiet_from=22:00&quiet_to=07:00&push_mute_until=2030-01-01T00:00:00Z';
  const answer = await post(links.preferences(staffId), form);
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('保存しました');
  expect(await preferences()).toEqual({
    email: { enabled: false, mute_until: null },
    push: { enabled: true, mute_until: '2030-01-01T00:00:00.000000Z' },
    digest: false,
    language: 'ja',
    quiet_hours: { from: '22:00', to: '07:00' },
  });
  expect((await post(links.preferences(staffId), 'language=fr')).status).toBe(400);
});

test('a link that is altered, of somebody else or for something else opens nothing', async () => {
  const own = links.preferences(staffId);
  const strange = createPreferenceLinks({ current: 'another secret, also long enough' }, '');
  for (const path of [
    `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`,
    own.replace('/p/', '/u/'),
    links.unsubscribe(staffId).replace('/u/', '/p/'),
    strange.preferences(staffId),
    links.preferences(newId('staff')),
  ]) {
    expect((await api.send(path)).status).toBe(404);
    expect((await post(path, 'language=en')).status).toBe(404);
  }
  expect(await preferences()).toEqual(standard);
});

test('preferences are set whole over the API', async () => {
  const wanted = { ...standard, digest: false, push: { enabled: false, mute_until: null } };
  const answer = await api.send(`/api/v1/staff/${staffId}/preferences`, {
    method: 'PUT',
    token: admin.token,
    body: { ...wanted, reason: 'asked for it' },
  });
  expect([answer.status, answer.body]).toEqual([200, wanted]);
  expect(await preferences()).toEqual(wanted);
});
