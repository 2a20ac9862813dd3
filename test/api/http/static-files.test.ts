import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';

const folder = mkdtempSync(join(tmpdir(), 'console-'));
const consoleFolder = join(folder, 'console');
mkdirSync(join(consoleFolder, 'styles'), { recursive: true });
writeFileSync(join(folder, 'secret.txt'), 'secret');
writeFileSync(join(consoleFolder, 'index.html'), '<!doctype html><title>Console</title>');
writeFileSync(join(consoleFolder, 'main.js'), 'export {};');
writeFileSync(join(consoleFolder, 'chunk-ABCDEFG2.js'), 'export {};');
writeFileSync(join(consoleFolder, 'styles', 'main.css'), 'body{}');
afterAll(() => rmSync(folder, { recursive: true }));

const database = useDatabase();
const api = useApi({ database, consoleFolder });

test.each([
  ['/', 'text/html; charset=utf-8', 'no-cache'],
  ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
  ['/main.js', 'text/javascript; charset=utf-8', 'no-cache'],
  ['/styles/main.css', 'text/css; charset=utf-8', 'no-cache'],
  ['/chunk-ABCDEFG2.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
])('%s of the console is served as %s', async (path, type, cacheControl) => {
  const answer = await api.send(path);
  expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
    200,
    type,
    cacheControl,
  ]);
  const again = await api.send(path, { headers: { 'If-None-Match': String(answer.headers['etag']) } });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('a page of the console runs its own scripts only, and may not be framed', async () => {
  const policy = String((await api.send('/')).headers['content-security-policy']);
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
});

const asBrowser = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

test.each(['/inbox', '/sessions/ses_1', '/gates/gate_1', '/jobs/job_1', '/users', '/settings'])(
  'a browser that opens %s gets the console, and a cache keeps it apart from what the API answers',
  async (path) => {
    const answer = await api.send(path, asBrowser);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(String(answer.headers['vary'])).toContain('Accept');
  },
);

test.each(['/nothing', '/sessions/1/2'])(
  'a browser that opens %s, which is nothing, gets the console that says so, and a client a problem',
  async (path) => {
    const { status, headers, text } = await api.send(path, asBrowser);
    expect([status, headers['content-type'], headers['cache-control'], headers['etag']]).toEqual([
      404,
      'text/html; charset=utf-8',
      'no-store',
      undefined,
    ]);
    expect(text).toContain('<title>Console');
    expect(String(headers['content-security-policy'])).toContain("script-src 'self'");
    const answer = await api.send(path, { headers: { Accept: '*/*' } });
    expect([answer.status, answer.body['code']]).toEqual([404, 'route_not_found']);
  },
);

test.each(['/jobs/job_1/result', '/api/v1/cot-sessions', '/api/v1/nothing', '/healthz'])(
  'a browser that opens %s gets no console',
  async (path) => {
    expect((await api.send(path, asBrowser)).text).not.toContain('<title>Console');
  },
);

test('a client that does not ask for HTML gets the API, not the console', async () => {
  const answer = await api.send('/jobs/job_1', { headers: { Accept: '*/*' } });
  expect([answer.status, answer.body['code']]).toEqual([401, 'unauthenticated']);
});

test('a file of the console takes no POST', async () => {
  expect((await api.send('/main.js', { method: 'POST', body: {} })).status).toBe(404);
});

test.each([
  '/../secret.txt',
  '/styles/../../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/styles/..%5c..%5csecret.txt',
  '//secret.txt',
  '/%00',
  '/main.js%00.css',
  '/styles',
  '/styles/',
])('nothing outside of the console is served for %s', async (path) => {
  const answer = await raw(path);
  expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  expect(answer).not.toContain('\r\n\r\nsecret');
});

/** As it is written: a client library would tidy the path first. */
function raw(path: string): Promise<string> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}
