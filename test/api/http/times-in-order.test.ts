import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
let admin: TestUser;

beforeAll(async () => {
  admin = await createApiUser(database, 'ADMIN');
});

/** The same moment, and the last one before it, in two time zones: what is compared is not the text. */
const noon = '2026-03-01T12:00:00+09:00';
const before = '2026-03-01T02:59:59.999Z';
const same = '2026-03-01T03:00:00Z';

test.each([
  ['/api/v1/audit-logs', 'from', 'to'],
  ['/api/v1/audit-logs/facets', 'from', 'to'],
  ['/jobs', 'createdFrom', 'createdTo'],
  ['/api/v1/cot-sessions', 'createdFrom', 'createdTo'],
  ['/api/v1/dead-letters', 'createdFrom', 'createdTo'],
])('GET %s refuses a time that ends before it begins', async (path, from, to) => {
  const get = (times: Record<string, string>) =>
    api.send(`${path}?${new URLSearchParams(times).toString()}`, { token: admin.token });
  const refused = await get({ [from]: noon, [to]: before });
  expect([refused.status, refused.body['code']]).toEqual([400, 'validation_error']);
  expect(refused.body['errors']).toEqual([{ path: to, message: `must not be before ${from}` }]);
  expect((await get({ [from]: noon, [to]: same })).status).toBe(200);
  expect((await get({ [from]: noon })).status).toBe(200);
  expect((await get({ [to]: before })).status).toBe(200);
});

const mixedUp = { from: noon, to: before };
test.each([
  ['/api/v1/audit-logs/export', mixedUp, 'to'],
  ['/generate-report', { type: 'audit', params: mixedUp }, 'params.to'],
  [
    '/api/v1/report-schedules',
    { name: 'a', cron: '0 9 * * *', timeZone: 'UTC', report: { type: 'audit', params: mixedUp } },
    'report.params.to',
  ],
  ['/api/v1/dead-letters/replay', { filter: { createdFrom: noon, createdTo: before } }, 'filter.createdTo'],
])('POST %s refuses a time that ends before it begins', async (path, body, where) => {
  const refused = await api.send(path, { method: 'POST', token: admin.token, body });
  expect([refused.status, refused.body['code']]).toEqual([400, 'validation_error']);
  expect(refused.body['errors']).toMatchObject([{ path: where }]);
});

const beyond = ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-05:00', '0001-01-01T00:00:00+01:00'];
const farOff = ['2026-03-01T21:24:00.123456+18:24', '2026-03-01T19:00:00+16:00', '2026-02-28T11:30:00-23:59'];

test.each([
  ['/api/v1/audit-logs', 'from'],
  ['/jobs', 'createdTo'],
  ['/api/v1/cot-sessions', 'createdFrom'],
  ['/api/v1/dead-letters', 'createdTo'],
])('GET %s takes every time that RFC 3339 can write and PostgreSQL keep', async (path, name) => {
  const get = (moment: string) =>
    api.send(`${path}?${new URLSearchParams({ [name]: moment }).toString()}`, { token: admin.token });
  for (const moment of farOff) expect([moment, (await get(moment)).status]).toEqual([moment, 200]);
  for (const moment of beyond) {
    const refused = await get(moment);
    expect([moment, refused.status, refused.body['code']]).toEqual([moment, 400, 'validation_error']);
  }
});

test('an API key ends at the moment that its time zone says, and at none that cannot be kept', async () => {
  const issue = (expiresAt: string) =>
    api.send(`/api/v1/users/${admin.id}/api-keys`, {
      method: 'POST',
      token: admin.token,
      body: { name: 'until', expiresAt },
    });
  const made = await issue('2096-03-01T18:24:00.25+18:24');
  expect([made.status, made.body['expiresAt']]).toEqual([201, '2096-03-01T00:00:00.250000Z']);
  expect((await issue('9999-12-31T23:59:59-05:00')).status).toBe(400);
});
