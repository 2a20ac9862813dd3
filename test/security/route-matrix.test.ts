import type { RouteRecord } from '../../src/contracts/route.js';
import { routeRecords } from '../../src/contracts/routes.js';
import { useApi } from '../support/api.js';
import { useDatabase } from '../support/servers/database.js';
import type { HttpAnswer, HttpRequest } from '../support/http.js';
import { addressOf, createPeople, createSamples, type People, type Samples } from './route-samples.js';

/**
 * Every route, by its own record, asked by everybody, with everything that can be wrong. A new route is in here by being
 * in the list of routes.
 */
const routes: readonly RouteRecord[] = Object.values(routeRecords);

/** Open without a token: each with its reason. Anything else that is open is a mistake. */
const openOnPurpose: Record<string, string> = {
  'GET /p/:token': 'the signed link of a mail is the key',
  'POST /p/:token': 'the signed link of a mail is the key',
  'GET /u/:token': 'the signed link of a mail is the key',
  'POST /u/:token': 'the signed link of a mail is the key',
  'GET /healthz': 'a probe',
  'GET /readyz': 'a probe',
  'GET /metrics': 'asks for its own token',
  'GET /openapi.json': 'the contract',
  'GET /docs': 'the contract',
  'GET /docs/:page.md': 'the documents',
  'GET /docs/:folder/:page.md': 'the documents',
  'GET /llms.txt': 'the documents',
  'GET /problems/:code': 'the contract',
  'POST /api/v1/session': 'signing in',
  'DELETE /api/v1/session': 'signing out',
  'GET /files/:key': 'the link is the right',
};

/** Paths that every signed-in user may read, though another user made the record. */
const sharedWithAll = /^\/api\/v1\/templates\//;
/** A query that is not JSON-like: whatever is wrong with a link is 403. */
const signedLinks = /^\/files\//;

const database = useDatabase();
const api = useApi({
  database,
  env: {
    RATE_LIMIT_PER_MINUTE: '1000000',
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000000',
    BODY_LIMIT_BYTES: '20000',
  },
});
let people: People;
let samples: Samples;
beforeAll(async () => {
  people = await createPeople(database.pool);
  samples = await createSamples(database.pool, api, people);
});

const nameOf = ({ method, path }: RouteRecord): string => `${method} ${path}`;
const table = (of: (route: RouteRecord) => boolean): [string, RouteRecord][] =>
  routes.filter(of).map((route) => [nameOf(route), route]);
const isClosed = (route: RouteRecord): boolean => route.access !== 'open';
const takesJson = (route: RouteRecord): boolean =>
  route.body !== undefined || (route.kind !== 'raw' && route.kind !== 'upload' && route.method !== 'GET');
const ownedByAnalyst = (route: RouteRecord): boolean =>
  route.access === 'user' && route.path.includes(':') && !sharedWithAll.test(route.path);

const ask = async (
  route: RouteRecord,
  token: string | undefined,
  request: HttpRequest = {},
): Promise<HttpAnswer> => {
  const headers = { Accept: 'application/json', ...request.headers };
  const address = addressOf(route.path, samples);
  const query: Record<string, string> = {
    compare: `?with=${address.split('/').at(-2)}`,
    changes: `?since=${'a'.repeat(64)}`,
  };
  const path = `${address}${query[route.path.split('/').at(-1) ?? ''] ?? ''}`;
  const answer = await api.send(path, {
    method: route.method,
    ...request,
    headers,
    ...(token === undefined ? {} : { token }),
  });
  // No mistake of a caller answers 5xx, and no fault of ours is shown.
  if (answer.status >= 500)
    expect([answer.status, answer.body['code']]).toEqual([
      503,
      expect.stringMatching(/^workflow_unavailable$|undefined/),
    ]);
  return answer;
};
const tokenFor = (route: RouteRecord): string =>
  (route.access === 'user' ? people.analyst : people.admin).token;
const problemOf = ({ status, text }: HttpAnswer): unknown => [
  status,
  (JSON.parse(text) as { code: unknown }).code,
];

test('what is open without a token is open on purpose', () => {
  expect(
    routes
      .filter((route) => !isClosed(route))
      .map(nameOf)
      .sort(),
  ).toEqual(Object.keys(openOnPurpose).sort());
});

test.each(table(isClosed))('%s answers nobody without a token, or with a bad one', async (_name, route) => {
  expect(problemOf(await ask(route, undefined))).toEqual([401, 'unauthenticated']);
  expect(problemOf(await ask(route, `slk_${'x'.repeat(43)}`))).toEqual([401, 'unauthenticated']);
});

test('the metrics ask for a token of their own, or an administrator', async () => {
  expect((await api.send('/metrics')).status).toBe(401);
  expect((await api.send('/metrics', { token: people.analyst.token })).status).toBe(403);
  expect((await api.send('/metrics', { token: people.admin.token })).status).toBe(200);
});

test.each(table(({ access }) => !['open', 'user'].includes(access)))(
  '%s is not for analysts',
  async (_name, route) => {
    expect(problemOf(await ask(route, people.analyst.token))).toEqual([403, 'forbidden']);
    expect(problemOf(await ask(route, people.other.token, { body: { unknown: 1 } }))).toEqual([
      403,
      'forbidden',
    ]);
  },
);

test.each(table(ownedByAnalyst))('%s does not exist for somebody else', async (_name, route) => {
  const missing = [404, 'not_found'];
  const body = bodyThatFits(route);
  expect(problemOf(await ask(route, people.other.token, body))).toEqual(missing);
});

test.each(table((route) => route.path.includes(':') && isClosed(route)))(
  '%s has no record under an id that cannot be one',
  async (_name, route) => {
    const token = tokenFor(route);
    for (const id of ['nothing', 'a%00b', '..%2f..', '%E0%A4%A']) {
      const path = route.path.replace(/:\w+/g, id);
      const answer = await api.send(path, {
        method: route.method,
        token,
        headers: { Accept: 'application/json' },
      });
      expect([id, answer.status]).toEqual([id, 404]);
    }
  },
);

test.each(table((route) => takesJson(route)))(
  '%s refuses every body that does not fit',
  async (_name, route) => {
    const token = route.access === 'open' ? undefined : tokenFor(route);
    const json = { 'Content-Type': 'application/json' };
    const cases: [string, HttpRequest, number][] = [
      ['an unknown field', { body: { unknown_field_of_the_matrix: 1 } }, 400],
      ['a list', { body: [] }, 400],
      ['half a document', { body: '{"a":', headers: json }, 400],
      ['a NUL', { body: '{"a":"\\u0000"}', headers: json }, 400],
      ['a form', { body: 'a=1', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, 415],
      ['too much', { body: ' '.repeat(20_001), headers: json }, 413],
    ];
    for (const [what, request, status] of cases) {
      const answer = await ask(route, token, request);
      expect([what, answer.status]).toEqual([what, status]);
    }
  },
);

test.each(table(({ method, path }) => method === 'GET' && !signedLinks.test(path)))(
  '%s refuses a query that it does not know',
  async (_name, route) => {
    const path = `${addressOf(route.path, samples)}?unknown_field_of_the_matrix=1`;
    const token = route.access === 'open' ? people.admin.token : tokenFor(route);
    const answer = await api.send(path, { token, headers: { Accept: 'application/json' } });
    expect(problemOf(answer)).toEqual([400, 'validation_error']);
  },
);

test.each(table(({ method }) => method === 'GET'))(
  '%s answers HEAD with what GET has',
  async (_name, route) => {
    const token = route.access === 'open' ? people.admin.token : tokenFor(route);
    const get = await ask(route, token);
    const head = await ask(route, token, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([get.status, '']);
  },
);

/** An empty body if the schema accepts one. Otherwise none is sent: the id is checked first. */
function bodyThatFits(route: RouteRecord): HttpRequest {
  if (!takesJson(route) || route.body === undefined) return {};
  return route.body.safeParse({}).success === true ? { body: {} } : { body: requiredOf(route) };
}

function requiredOf(route: RouteRecord): unknown {
  const digest = 'a'.repeat(64);
  const candidates = [
    { decision: 'approve', outputDigest: digest },
    { outputDigest: digest },
    { from: { phase: 1 } },
    { name: 'other' },
    { filter: {} },
    { gates: [{ id: 'gate_00000000000000000000000000', outputDigest: digest }] },
  ];
  const found = candidates.find((candidate) => route.body?.safeParse(candidate).success === true);
  if (found === undefined) throw new Error(`the matrix needs a body that fits ${nameOf(route)}`);
  return found;
}
