import { createApiUser, useApi, type TestUser } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';

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
