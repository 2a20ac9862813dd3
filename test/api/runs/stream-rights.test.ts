import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { newId } from '../../../src/contracts/ids.js';
import { startApi, useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
const WITHIN_MS = 5_000;
const KEY_MS = 4_000;

let admin: TestUser;
let analyst: TestUser;
let jobId: string;

beforeEach(async () => {
  admin = await createApiUser(database, 'ADMIN');
  analyst = await createApiUser(database);
  const accepted = await api.send('/generate-report', { method: 'POST', token: analyst.token });
  jobId = String(accepted.body['jobId']);
});

/** A reader by SSE and one by WebSocket. */
async function openBoth(headers: Record<string, string>) {
  const seen = { sse: 'open', code: 0 };
  const response = await fetch(`${api.url}/jobs/${jobId}/events`, {
    headers: { ...headers, Accept: 'text/event-stream' },
  });
  const ended = response.text().then(
    () => void (seen.sse = 'ended'),
    () => void (seen.sse = 'ended'),
  );
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/jobs/${jobId}/events`, { headers });
  socket.on('close', (code) => void (seen.code = code));
  await new Promise((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('error', reject);
  });
  return { seen, ended };
}

const untilEnded = (seen: { sse: string; code: number }): Promise<true> =>
  waitUntil(() => Promise.resolve(seen.sse === 'ended' && seen.code === 1008), {
    what: 'the end of both streams',
    timeoutMs: WITHIN_MS,
  });

test('streams end within 5 s when their key is revoked', async () => {
  const { seen } = await openBoth({ Authorization: `Bearer ${analyst.token}` });
  await api.send(`/api/v1/users/${analyst.id}/api-keys/${analyst.keyId}`, {
    method: 'DELETE',
    token: admin.token,
  });
  await untilEnded(seen);
});

test('streams of an administrator end within 5 s when they are made an analyst', async () => {
  const other = await createApiUser(database, 'ADMIN');
  const { seen } = await openBoth({ Authorization: `Bearer ${other.token}` });
  const change = { method: 'PATCH', token: admin.token, body: { role: 'ANALYST' } };
  expect((await api.send(`/api/v1/users/${other.id}`, change)).status).toBe(200);
  await untilEnded(seen);
});

test('streams end when their key expires by itself, and those of another key go on', async () => {
  const issued = await api.send(`/api/v1/users/${analyst.id}/api-keys`, {
    method: 'POST',
    token: admin.token,
    body: { name: 'short', expiresAt: new Date(Date.now() + KEY_MS).toISOString() },
  });
  const { seen: lasting } = await openBoth({ Authorization: `Bearer ${admin.token}` });
  const { seen } = await openBoth({ Authorization: `Bearer ${String(issued.body['secret'])}` });
  await new Promise((resolve) => setTimeout(resolve, KEY_MS));
  await untilEnded(seen);
  expect(lasting).toEqual({ sse: 'open', code: 0 });
});

/** The first line of the answer to an upgrade that is written by hand. */
async function upgrade(url: string, target: string, token: string): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  const lines = [
    `GET ${target} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    `Authorization: Bearer ${token}`,
    '',
    '',
  ];
  socket.write(lines.join('\r\n'));
  const first = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('error', reject);
  });
  socket.destroy();
  return first.toString().split('\r\n')[0] ?? '';
}

test('upgrades are counted before anybody is looked up, also those of a good token', async () => {
  await database.pool.query('delete from rate_limits');
  const limited = await startApi({ database, env: { RATE_LIMIT_PER_MINUTE: '3' } });
  const path = `/jobs/${newId('job')}/events`;
  const lines: string[] = [];
  for (let each = 0; each < 4; each += 1) lines.push(await upgrade(limited.url, path, analyst.token));
  await limited.close();
  expect(lines.map((line) => line.split(' ')[1])).toEqual(['404', '404', '404', '429']);
});

test.each(['http://[::1/', '//', '/jobs/%00/events', 'http://a:b:c/'])(
  'an upgrade of %s gets an answer that is no failure of ours',
  async (target) => {
    expect(await upgrade(api.url, target, analyst.token)).toMatch(/^HTTP\/1\.1 4\d\d/);
  },
);

test.each(['http://[::1/', '//', 'http://a:b:c/', '/%', '/jobs/%ff'])(
  'a request line with %s gets a problem document that is no failure of ours',
  async (target) => {
    const { port } = new URL(api.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
  },
);
