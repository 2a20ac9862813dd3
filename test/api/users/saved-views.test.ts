import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
let owner: TestUser;
let other: TestUser;
beforeAll(async () => {
  owner = await createApiUser(database);
  other = await createApiUser(database);
});

const PATH = '/api/v1/saved-views';
const late = {
  page: 'sessions',
  name: 'Late ones',
  query: { status: 'waiting_approval', columns: 'topic,phase' },
};
const create = (user: TestUser, body: object) => api.send(PATH, { method: 'POST', token: user.token, body });

test('a view is saved, found, changed and removed by its owner', async () => {
  const made = await create(owner, late);
  expect([made.status, made.body]).toMatchObject([201, { ...late, shared: false, version: 1 }]);
  const path = `${PATH}/${made.body['id']}`;
  expect(made.headers['location']).toBe(path);
  expect((await api.send(path, { token: owner.token })).body).toEqual(made.body);
  const change = { method: 'PATCH', token: owner.token, body: { query: { q: 'tea' } } } as const;
  expect((await api.send(path, change)).body).toMatchObject({
    name: late.name,
    query: { q: 'tea' },
    version: 2,
  });
  expect((await api.send(path, { method: 'DELETE', token: owner.token })).status).toBe(204);
  expect((await api.send(path, { token: owner.token })).status).toBe(404);
});

test('another person sees a view only once it is shared, and never changes it', async () => {
  const { body } = await create(owner, { ...late, name: 'for the team' });
  const path = `${PATH}/${body['id']}`;
  const listed = async () => {
    const { body: page } = await api.send(`${PATH}?page=sessions`, { token: other.token });
    return (page['items'] as { name: string }[]).map(({ name }) => name);
  };
  expect(await listed()).not.toContain('for the team');
  expect((await api.send(path, { token: other.token })).status).toBe(404);
  await api.send(path, { method: 'PATCH', token: owner.token, body: { shared: true } });
  expect(await listed()).toContain('for the team');
  expect((await api.send(path, { token: other.token })).status).toBe(200);
  expect((await api.send(path, { method: 'PATCH', token: other.token, body: { name: 'mine' } })).status).toBe(
    404,
  );
  expect((await api.send(path, { method: 'DELETE', token: other.token })).status).toBe(404);
});

test('a name is taken once for each page, whatever its case', async () => {
  expect((await create(other, { ...late, name: 'Mine' })).status).toBe(201);
  const again = await create(other, { ...late, name: 'mine' });
  expect([again.status, again.body['code']]).toEqual([409, 'already_exists']);
  const elsewhere = await create(other, { ...late, page: 'jobs', name: 'mine' });
  expect(elsewhere.status).toBe(201);
  const renamed = await create(other, { ...late, name: 'other' });
  const change = { method: 'PATCH', token: other.token, body: { name: 'MINE' } } as const;
  expect((await api.send(`${PATH}/${renamed.body['id']}`, change)).status).toBe(409);
});

test.each([
  ['no page', { name: 'x', query: {} }],
  ['a page that is no name', { page: '../etc', name: 'x', query: {} }],
  ['an empty name', { page: 'jobs', name: ' ', query: {} }],
  ['a nested query', { page: 'jobs', name: 'x', query: { a: { b: 1 } } }],
  ['an unknown member', { page: 'jobs', name: 'x', query: {}, owner: 'me' }],
])('%s is refused', async (_what, body) => {
  const answer = await create(owner, body);
  expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error']);
});
