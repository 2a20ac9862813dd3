import { createServer, connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { problems } from '../../../src/api/http/problems.js';
import { Problem } from '../../../src/api/http/problems.js';
import { implement, reply } from '../../../src/api/http/route.js';
import { readRoute } from '../../../src/contracts/route.js';
import { startApi, useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const shared = { summary: '', tag: 'test', access: 'user', responses: { 200: { description: '' } } } as const;
const failing = (path: string, fail: () => never) =>
  implement(readRoute({ ...shared, method: 'GET', path, operationId: path }), () =>
    Promise.resolve().then(fail),
  );

const lines: string[] = [];
const logger = pino(
  { level: 'info' },
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  }),
);

const database = useDatabase();
const api = useApi({
  database,
  logger,
  routes: [
    failing('/unexpected', () => {
      throw new Error('select secret from /etc/passwd');
    }),
    failing('/conflict', () => {
      throw new Problem('conflict', { extra: { current: { a: 1 }, status: 200, code: 'mine' } });
    }),
    implement(
      readRoute({ ...shared, method: 'GET', path: '/broken-sql', operationId: 'sql' }),
      async (_call, db) => reply(200, await db.query('select nothing from nowhere')),
    ),
    implement(readRoute({ ...shared, method: 'GET', path: '/fine', operationId: 'fine' }), () =>
      Promise.resolve(reply(200, { fine: true })),
    ),
  ],
});
let user: TestUser;
beforeAll(async () => {
  user = await createApiUser(database);
});
const get = (path: string) => api.send(path, { token: user.token });

test.each(['/unexpected', '/broken-sql'])(
  'what nobody expected at %s shows the caller nothing, and the log all',
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(500);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toEqual({
      type: '/problems/internal_error',
      title: problems.internal_error.title,
      status: 500,
      detail: 'It was logged under this requestId.',
      code: 'internal_error',
      requestId: answer.headers['x-request-id'],
    });
    const logged = lines.find(
      (line) => line.includes(String(answer.body['requestId'])) && line.includes('"stack"'),
    );
    expect(logged).toMatch(/nowhere|passwd/);
  },
);

test('a problem carries what its class adds, which cannot pass for the members that all have', async () => {
  const answer = await get('/conflict');
  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({ status: 409, code: 'conflict', current: { a: 1 } });
});

test('an unknown route is a problem of its own', async () => {
  const answer = await get('/nothing/here');
  expect([answer.status, answer.body['code']]).toEqual([404, 'route_not_found']);
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
  '%s on a route that only reads says what it takes',
  async (method) => {
    const answer = await api.send('/fine', { method, token: user.token });
    expect([answer.status, answer.body['code']]).toEqual([405, 'method_not_allowed']);
    expect(answer.headers.allow?.split(', ').sort()).toEqual(['GET', 'HEAD', 'OPTIONS']);
  },
);

test('OPTIONS says the same without complaint', async () => {
  const answer = await api.send('/fine', { method: 'OPTIONS' });
  expect([answer.status, answer.headers.allow]).toEqual([204, expect.stringContaining('GET')]);
});

test.each(['h2c', 'TLS/1.0', 'websocket, h2c'])(
  'a request to upgrade to %s is an ordinary one',
  async (upgrade) => {
    const asked = {
      Upgrade: upgrade,
      Connection: 'Upgrade, HTTP2-Settings',
      'HTTP2-Settings': 'AAMAAABkAAQAoAAA',
    };
    const read = await api.send('/fine', { token: user.token, headers: asked });
    expect(read.status).toBe(200);
    const refused = await api.send('/fine', {
      method: 'POST',
      token: user.token,
      headers: asked,
      body: { a: 1 },
    });
    expect([refused.status, refused.body['code']]).toEqual([405, 'method_not_allowed']);
  },
);

test('HEAD answers what GET answers, without the body', async () => {
  const answer = await api.send('/fine', { method: 'HEAD', token: user.token });
  const { headers } = await get('/fine');
  expect([answer.status, answer.text]).toEqual([200, '']);
  expect(answer.headers['content-length']).toBe(headers['content-length']);
  expect(answer.headers['etag']).toBe(headers['etag']);
});

test('every code of the table has a page to read', async () => {
  const whole = await startApi({ database });
  try {
    const page = await whole.send('/docs');
    for (const code of Object.keys(problems)) {
      const answer = await whole.send(`/problems/${code}`);
      expect([answer.status, answer.headers.location]).toEqual([303, `/docs#problem-${code}`]);
      expect(page.text).toContain(`id="problem-${code}"`);
    }
    expect((await whole.send('/problems/constructor')).status).toBe(404);
  } finally {
    await whole.close();
  }
});

test('with PostgreSQL gone requests say so, and go on once it is back', async () => {
  const proxy = await openProxy(database.url);
  const behind = await startApi({ database: { url: proxy.url } });
  try {
    const alive = () => behind.send('/jobs', { token: user.token });
    expect((await alive()).status).toBe(200);
    proxy.cut();
    const answer = await alive();
    expect([answer.status, answer.body['code']]).toEqual([503, 'database_unavailable']);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1|Connection/);
    expect((await behind.send('/readyz')).status).toBe(503);
    expect((await behind.send('/healthz')).status).toBe(200);
    proxy.mend();
    expect((await alive()).status).toBe(200);
  } finally {
    await behind.close();
    await proxy.close();
  }
});

test('a connection that is cut in the middle of a transaction ends its request, not the process', async () => {
  const client = await api.deps.pool.connect();
  await client.query('begin');
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  await database.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await expect(client.query('select pg_sleep(5)')).rejects.toThrow();
  client.release(true);
  expect((await get('/fine')).status).toBe(200);
});

/** A PostgreSQL that can be taken away without touching anybody else's. */
async function openProxy(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (isCut) {
      socket.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    sockets.add(upstream);
    upstream.on('error', () => undefined);
    socket.pipe(upstream).pipe(socket);
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    isCut = true;
    sockets.forEach((socket) => socket.destroy());
    sockets.clear();
  };
  return {
    url: url.href,
    cut,
    mend: () => void (isCut = false),
    close: () => {
      cut();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
