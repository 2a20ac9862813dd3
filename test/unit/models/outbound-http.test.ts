import { getEventListeners } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from '../../../src/domain/outbound-address.js';
import { createOutbound, type OutboundOptions } from '../../../src/platform/outbound-http.js';
import { waitUntil } from '../../support/wait-until.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const limits = { timeoutMs: 2_000, maxBytes: 1_000 };
const local = (options: OutboundOptions = {}) => createOutbound({ allowLoopback: true, ...options });

test.each([
  '127.0.0.1',
  '127.8.9.1',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  'fe80::1',
  'fc00::1',
  'fd12::1',
  'ff02::1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '2002:7f00:1::',
  '2001::1',
  '2001:db8::1',
  '::127.0.0.1',
  '::8.8.8.8',
  '01.2.3.4',
  '64:ff9b:0:0:1::8.8.8.8',
  'fe80::1%eth0',
  '1.2.3',
  '256.1.1.1',
  'localhost',
  '',
  '1:2:3',
  '::1::',
  '12345::',
])('%s is not a public address', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  '1.1.1.1',
  '172.32.0.1',
  '192.169.0.1',
  '2606:4700::1111',
  '::ffff:8.8.8.8',
  '64:ff9b::808:808',
  '2002:808:808::',
])('%s is a public address', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test('loopback is recognised in both families', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1'].map(isLoopbackAddress)).toEqual([true, true, true]);
  expect(['128.0.0.1', '::2', '10.0.0.1'].map(isLoopbackAddress)).toEqual([false, false, false]);
});

test.each([
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://localhost/',
  'http://user:pass@1.1.1.1/',
  'ftp://1.1.1.1/',
  'file:///etc/passwd',
  'gopher://1.1.1.1/',
  'nonsense',
])('%s is never requested', async (url) => {
  await expect(createOutbound()({ url, ...limits })).resolves.toMatchObject({ ok: false, kind: 'forbidden' });
});

test('one private address among those of a name refuses the name', async () => {
  const outbound = createOutbound({ resolve: () => Promise.resolve(['93.184.216.34', '192.168.0.10']) });
  await expect(outbound({ url: 'http://rebind.example/', ...limits })).resolves.toMatchObject({
    kind: 'forbidden',
  });
});

test('the connection goes to the address that was checked, and the name is resolved once', async () => {
  const url = new URL(await serve((request, response) => response.end(`host ${request.headers.host}`)));
  const asked: string[] = [];
  const outbound = local({
    resolve: (host) => {
      asked.push(host);
      return Promise.resolve(['127.0.0.1']);
    },
  });
  const answer = await outbound({ url: `http://pinned.example:${url.port}/`, ...limits });
  expect(answer).toMatchObject({ ok: true, status: 200 });
  expect(answer.ok && answer.body.toString()).toBe(`host pinned.example:${url.port}`);
  expect(asked).toEqual(['pinned.example']);
});

test('a redirect is an answer, not a way', async () => {
  let hits = 0;
  const url = await serve((_, response) => {
    hits += 1;
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
  });
  await expect(local()({ url, ...limits })).resolves.toMatchObject({ ok: true, status: 302 });
  expect(hits).toBe(1);
});

test('a body, headers and method arrive, and what comes back is given whole', async () => {
  const url = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      response.writeHead(202, { 'x-back': request.headers['x-there'] }).end(Buffer.concat(chunks)),
    );
  });
  const answer = await local()({
    url,
    method: 'POST',
    headers: { 'x-there': 'a' },
    body: 'hello',
    ...limits,
  });
  expect(answer).toMatchObject({ ok: true, status: 202, headers: { 'x-back': 'a' }, truncated: false });
  expect(answer.ok && answer.body.toString()).toBe('hello');
});

test('an endless body is cut at the cap and its socket closed', async () => {
  let closed: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => (closed = resolve));
  const url = await serve((_, response) => {
    const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
    response.on('close', () => {
      clearInterval(timer);
      closed?.();
    });
  });
  const answer = await local()({ url, ...limits });
  expect(answer).toMatchObject({ ok: true, truncated: true });
  expect(answer.ok && answer.body.length).toBe(1_000);
  await gone;
});

test.each([
  ['that never answers', () => undefined],
  [
    'that answers a byte at a time',
    (_: unknown, response: { write(text: string): unknown; destroyed: boolean }) => {
      const timer = setInterval(() => (response.destroyed ? clearInterval(timer) : response.write('x')), 20);
    },
  ],
])('a server %s is left at the end of the time', async (_, listener) => {
  const url = await serve(listener as RequestListener);
  await expect(local()({ url, timeoutMs: 200, maxBytes: 1_000_000 })).resolves.toMatchObject({
    ok: false,
    kind: 'timeout',
  });
});

test.each([
  [
    '101 Switching Protocols',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
  ],
  ['a socket that closes', undefined],
])('%s in place of an answer is a failure at once, not at the end of the time', async (_, raw) => {
  const url = await serve((request) => {
    if (raw === undefined) request.socket.end();
    else request.socket.write(raw);
  });
  await expect(local()({ url, timeoutMs: 30_000, maxBytes: 1 })).resolves.toMatchObject({
    ok: false,
    kind: 'network',
  });
});

test('a resolver that hangs is left at the end of the time', async () => {
  const outbound = createOutbound({ resolve: () => new Promise(() => undefined) });
  await expect(outbound({ url: 'http://slow.example/', timeoutMs: 100, maxBytes: 1 })).resolves.toMatchObject(
    { kind: 'timeout' },
  );
});

test('a name that does not resolve and a port that nobody listens on can be tried again', async () => {
  const outbound = local({ resolve: () => Promise.reject(new Error('no such name')) });
  await expect(outbound({ url: 'http://nowhere.example/', ...limits })).resolves.toMatchObject({
    kind: 'unresolved',
  });
  await expect(local()({ url: 'http://127.0.0.1:1/', ...limits })).resolves.toMatchObject({
    kind: 'network',
  });
});

test('canceling ends it', async () => {
  const url = await serve(() => undefined);
  const cancel = new AbortController();
  const answer = local()({ url, ...limits, signal: cancel.signal });
  cancel.abort();
  await expect(answer).resolves.toMatchObject({ ok: false, kind: 'canceled' });
});

test('a signal that outlives its requests keeps nothing of them', async () => {
  const url = await serve((_, response) => response.end('in'));
  const { signal } = new AbortController();
  const outbound = local({ resolve: () => Promise.reject(new Error('no such name')) });
  for (const each of [url, url, 'http://nowhere.example/']) await outbound({ url: each, ...limits, signal });
  // The end of the last socket is emitted a little later than that of its answer.
  await waitUntil(() => Promise.resolve(getEventListeners(signal, 'abort').length === 0), {
    what: 'the last listener to go',
  });
});

test('private addresses are reached only when the operator configured the address', async () => {
  const url = await serve((_, response) => response.end('in'));
  await expect(createOutbound({ allowPrivate: true })({ url, ...limits })).resolves.toMatchObject({
    ok: true,
  });
});
