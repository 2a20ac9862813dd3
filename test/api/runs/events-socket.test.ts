import { WebSocket } from 'ws';
import { addEvent, createRun, until, useReading, type ReadingServer } from './events-fixture.js';

const reading = useReading();

describe('a WebSocket', () => {
  const connect = (server: ReadingServer, path: string, headers: Record<string, string> = {}) => {
    const socket = new WebSocket(server.url.replace('http', 'ws') + path, {
      headers: { Authorization: 'Bearer analyst', ...headers },
    });
    const seen = { messages: [] as Record<string, unknown>[], code: 0, status: 0, headers: {}, socket };
    socket.on('message', (data: Buffer) =>
      seen.messages.push(JSON.parse(data.toString()) as Record<string, unknown>),
    );
    socket.on('close', (code) => void (seen.code = code));
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => {
      Object.assign(seen, { status: response.statusCode, headers: response.headers });
    });
    return seen;
  };

  test('carries the same messages and closes normally after the final one', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    await addEvent(reading.pool, run, 'job.started');
    const fresh = connect(server, `/jobs/${run}/events`);
    const resumed = connect(server, `/jobs/${run}/events?after=0`);
    await until('both are connected', () => fresh.messages.length === 1 && resumed.messages.length === 1);
    await addEvent(reading.pool, run, 'job.completed', { data: { bytes: 5 } });
    await until('both have ended', () => fresh.code !== 0 && resumed.code !== 0);
    expect(fresh.messages.map((message) => [message['pos'], message['type']])).toEqual([
      [1, 'snapshot'],
      [2, 'job.completed'],
    ]);
    expect(resumed.messages[1]).toMatchObject({ pos: 2, type: 'job.completed', bytes: 5 });
    expect([fresh.code, resumed.code]).toEqual([1000, 1000]);
  });

  test('that answers no ping is dropped, one that does stays', async () => {
    const server = await reading.serve({ beatMs: 30, slowReaderMs: 1_500 });
    const run = await createRun(reading.pool, reading.analyst);
    const alive = connect(server, `/jobs/${run}/events`);
    const dead = new WebSocket(`${server.url.replace('http', 'ws')}/jobs/${run}/events`, {
      headers: { Authorization: 'Bearer analyst' },
      autoPong: false,
    });
    let dropped = false;
    dead.on('close', () => void (dropped = true));
    await until('the dead one is dropped', () => dropped);
    expect(alive.code).toBe(0);
    alive.socket.terminate();
  });

  test.each([
    ['without a token', { Authorization: '' }, 401],
    ["on somebody else's run", { Authorization: 'Bearer stranger' }, 404],
    ['from a page of a foreign origin', { Origin: 'https://evil.example' }, 403],
  ])('%s is refused', async (_what, headers, status) => {
    const server = await reading.serve();
    const refused = connect(server, `/jobs/${await createRun(reading.pool, reading.analyst)}/events`, {
      ...headers,
      'X-Request-Id': 'req_of_the_reader',
    });
    await until('an answer', () => refused.status !== 0);
    expect(refused.status).toBe(status);
    expect(refused.headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'req_of_the_reader',
    });
  });

  test.each([['https://console.example'], ['own']])(
    'from a page of an allowed origin (%s) is served',
    async (origin) => {
      const server = await reading.serve();
      const run = await createRun(reading.pool, reading.analyst);
      const seen = connect(server, `/jobs/${run}/events`, { Origin: origin === 'own' ? server.url : origin });
      await until('the snapshot', () => seen.messages.length === 1);
      seen.socket.terminate();
    },
  );

  test('ends with 1008 when the key is revoked and 1001 when the process goes', async () => {
    const server = await reading.serve({ beatMs: 20, recheckMs: 0 });
    const run = await createRun(reading.pool, reading.analyst);
    const revoked = connect(server, `/jobs/${run}/events`);
    const other = connect(server, `/jobs/${run}/events`, { Authorization: 'Bearer admin' });
    await until('both', () => revoked.messages.length === 1 && other.messages.length === 1);
    server.tokens.delete('analyst');
    await until('the first has ended', () => revoked.code !== 0);
    server.streams.stop();
    await until('the other has ended', () => other.code !== 0);
    expect([revoked.code, other.code]).toEqual([1008, 1001]);
  });
});
