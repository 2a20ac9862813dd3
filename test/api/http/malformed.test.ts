import { connect } from 'node:net';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
let user: TestUser;
beforeAll(async () => {
  user = await createApiUser(database);
});

/** Everything that the server says to these bytes. */
function answerTo(bytes: string): Promise<string> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (part) => void (said += part.toString()));
    socket.on('close', () => resolve(said));
    socket.on('error', reject);
  });
}

test.each([
  ['what is no HTTP', 'hello?\r\n\r\n', 400, 'validation_error'],
  [
    'headers of 100 kB',
    `GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: ${'a'.repeat(100_000)}\r\n\r\n`,
    431,
    'headers_too_large',
  ],
])('%s is answered with a problem document', async (_what, bytes, status, code) => {
  const [head = '', body = ''] = (await answerTo(bytes)).split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(head).toContain('application/problem+json');
  expect(JSON.parse(body)).toMatchObject({
    status,
    code,
    requestId: expect.stringMatching(/^req_/) as string,
  });
});

test.each(['1e1', '0x10', ' 5', '5.0', '', '+5', '05', '101', '0'])(
  'a limit of "%s" is no number of items',
  async (limit) => {
    const answer = await api.send(`/jobs?limit=${encodeURIComponent(limit)}`, { token: user.token });
    expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error']);
  },
);

test('a limit in decimal digits is taken, and so is none', async () => {
  for (const query of ['', '?limit=1', '?limit=100'])
    expect((await api.send(`/jobs${query}`, { token: user.token })).status).toBe(200);
});

test.each([
  ['PATCH', '/api/v1/deadlines/import', 'POST'],
  ['GET', '/api/v1/gates/bulk-approve', 'POST'],
  ['DELETE', '/api/v1/cot-sessions', 'GET, HEAD, POST'],
  ['PUT', '/healthz', 'GET, HEAD'],
])('%s %s is 405, and Allow names what that very path takes', async (method, path, allow) => {
  for (const [asked, status] of [
    [method, 405],
    ['OPTIONS', 204],
  ] as const) {
    const answer = await api.send(path, { method: asked, token: user.token });
    expect(answer.status).toBe(status);
    const named = String(answer.headers['allow']).split(', ').sort();
    expect(named.filter((each) => each !== 'OPTIONS')).toEqual(allow.split(', '));
  }
});
