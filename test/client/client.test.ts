import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient, type SluiceClient } from '../../src/client/client.js';
import { ApiProblem } from '../../src/client/problem.js';
import { useApi } from '../support/api.js';
import { useDatabase } from '../support/servers/database.js';
import { routeTableText } from '../../src/api/http/openapi/describe-api.js';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createApiUser, type TestUser } from '../support/people.js';

const database = useDatabase();
const api = useApi({ database });
let admin: TestUser;
let client: SluiceClient;

beforeAll(async () => {
  admin = await createApiUser(database, 'ADMIN');
  client = createClient({ baseUrl: api.url, token: admin.token, retries: 0 });
});

test('the table of methods and paths is what the records say (node scripts/openapi.mjs writes it)', () => {
  const file = resolve(import.meta.dirname, '../../src/client/route-table.ts');
  expect(readFileSync(file, 'utf8')).toBe(routeTableText());
});

test('a call fills in parameters, query and body, and answers with the typed body', async () => {
  const made = await client.call('createUser', {
    body: { email: 'ada@example.test', name: 'Ada', role: 'ANALYST' },
  });
  const read = await client.call('getUser', { params: { id: made.id } });
  expect(read).toEqual(made);
  const found = await client.call('listUsers', { query: { q: 'ada@example' } });
  expect(found.items.map(({ name }) => name)).toEqual(['Ada']);
});

test('a list is read to its end, page by page', async () => {
  const emails: string[] = [];
  for (const name of ['b', 'c', 'd']) {
    await client.call('createUser', { body: { email: `${name}@list.test`, name, role: 'ANALYST' } });
  }
  for await (const user of client.items('listUsers', { query: { limit: '1' } })) emails.push(user.email);
  expect(emails.slice(0, 3)).toEqual(['d@list.test', 'c@list.test', 'b@list.test']);
  expect(new Set(emails).size).toBe(emails.length);
});

test('a refusal is a problem with its code, its fields and its request id', async () => {
  const asked = client.call('createUser', { body: { email: 'nobody', name: '', role: 'ANALYST' } });
  const problem = await asked.then(
    () => undefined,
    (error: unknown) => error as ApiProblem,
  );
  expect(problem).toBeInstanceOf(ApiProblem);
  expect(problem?.code).toBe('validation_error');
  expect(problem?.problem.errors?.map(({ path }) => path)).toEqual(expect.arrayContaining(['email']));
  expect(problem?.problem.requestId).toMatch(/./);
});

test('one key sent twice takes effect once', async () => {
  const input = {
    body: { email: 'once@example.test', name: 'Once', role: 'ANALYST' as const },
    idempotencyKey: 'client-once',
  };
  expect(await client.call('createUser', input)).toEqual(await client.call('createUser', input));
});

test('a change names the version that was read, and one of an older version is refused', async () => {
  const made = await client.call('createOffice', { body: { name: 'Osaka', time_zone: 'Asia/Tokyo' } });
  const change = { params: { id: made.id }, body: { name: 'Kobe' }, ifMatch: made.version };
  expect(await client.call('changeOffice', change)).toMatchObject({ name: 'Kobe' });
  await expect(client.call('changeOffice', change)).rejects.toMatchObject({ code: 'precondition_failed' });
});

test('an import sends a file as it is, and a parameter that is undefined is left out', async () => {
  const content = { type: 'text/csv', data: 'external_id,name,time_zone\nk-1,Kyoto,Asia/Tokyo\n' };
  expect(await client.call('importOffices', { content })).toMatchObject({ created: 1 });
  const { items } = await client.call('listOffices', { query: { q: 'Kyoto', is_active: undefined } });
  expect(items.map(({ name }) => name)).toEqual(['Kyoto']);
});

describe('beside a server that fails', () => {
  let server: Server;
  let keys: (string | undefined)[];
  let failures: number;
  let lost: SluiceClient;

  beforeAll(async () => {
    server = createServer((request, response) => {
      keys.push(request.headers['idempotency-key'] as string | undefined);
      if (keys.length <= failures) response.writeHead(503, { 'Retry-After': '0' }).end();
      else
        response
          .writeHead(202, { 'Content-Type': 'application/json' })
          .end('{"jobId":"job_1","statusUrl":"/jobs/job_1"}');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    lost = createClient({ baseUrl: `http://127.0.0.1:${port}`, token: 'slk_x', retries: 2 });
  });
  beforeEach(() => {
    keys = [];
  });
  afterAll(() => new Promise((done) => server.close(done)));

  test('a request without an answer is sent again under the same key', async () => {
    failures = 2;
    expect(await lost.call('generateReport')).toMatchObject({ jobId: 'job_1' });
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  test('it is given up after the last try, with the problem as it was', async () => {
    failures = 3;
    await expect(lost.call('generateReport')).rejects.toMatchObject({ status: 503 });
    expect(keys).toHaveLength(3);
  });
});

test('a page that repeats its reads itself gets the first refusal of a read', async () => {
  const asked: string[] = [];
  const down = createClient({
    retries: 2,
    fetch: (_address, init) => {
      asked.push(init?.method ?? '');
      return Promise.resolve(new Response(null, { status: 503, headers: { 'Retry-After': '0' } }));
    },
    repeats: (_problem, method) => method !== 'GET',
  });
  await expect(down.call('me')).rejects.toMatchObject({ status: 503 });
  await expect(down.call('generateReport')).rejects.toMatchObject({ status: 503 });
  expect(asked).toEqual(['GET', 'POST', 'POST', 'POST']);
});

test('the types refuse what the contract refuses', () => {
  const uncalled = (): unknown[] => [
    // @ts-expect-error: a user has a role of the contract
    client.call('createUser', { body: { email: 'a@b.test', name: 'A', role: 'KING' } }),
    // @ts-expect-error: an id is needed
    client.call('getUser'),
    // @ts-expect-error: there is no such operation
    client.call('getKing'),
  ];
  expect(uncalled).toHaveLength(0);
});
