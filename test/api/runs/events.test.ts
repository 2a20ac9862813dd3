import type { PublishedEvent } from '../../../src/contracts/event-data.js';
import { EventMessage } from '../../../src/api/events/event-message.js';
import type { LiveSource } from '../../../src/api/events/event-subject.js';
import { readSse, type SseReader } from './events-client.js';
import {
  addEvent,
  createRun,
  positions,
  read,
  until,
  upTo,
  useReading,
  type ReadingServer,
} from './events-fixture.js';

const reading = useReading();

const wordOfStep: PublishedEvent<'step.delta'> = {
  at: '2026-01-01T00:00:00Z',
  type: 'step.delta',
  stepId: 's',
  attempt: 1,
  try: 2,
  generation: 0,
  offset: 0,
  text: '',
};

describe('a stream', () => {
  test('begins with a snapshot, goes on with every event and ends after the final one', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    await addEvent(reading.pool, run, 'job.started');
    const reader = await read(server, run);
    await until('the snapshot', () => reader.frames.length === 1);
    await addEvent(reading.pool, run, 'job.progress', { data: { percent: 40, pos: 99 } });
    await addEvent(reading.pool, run, 'job.completed');
    await until('the end', () => reader.closed);
    expect(reader.frames.map((frame) => [frame.id, frame.event])).toEqual([
      [1, 'snapshot'],
      [2, 'job.progress'],
      [3, 'job.completed'],
    ]);
    expect(reader.frames[0]?.data).toMatchObject({ pos: 1, type: 'snapshot', status: 'running' });
    expect(reader.frames[1]?.data).toMatchObject({ pos: 2, type: 'job.progress', percent: 40 });
    expect(reader.frames[1]?.data['at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
  });

  test('says that it is neither to be kept, compressed nor buffered', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    const reader = await read(server, run, { 'Accept-Encoding': 'gzip' });
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(reader.headers['content-encoding']).toBeUndefined();
    reader.abort();
  });

  test('resumed with Last-Event-ID replays everything after it, in preference to ?after=', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    for (let pos = 1; pos <= 5; pos += 1) await addEvent(reading.pool, run, 'job.progress');
    const url = `${server.url}/jobs/${run}/events?after=1`;
    const byQuery = await readSse(url, { Authorization: 'Bearer analyst' });
    const byHeader = await readSse(url, { Authorization: 'Bearer analyst', 'Last-Event-ID': '3' });
    await until('both have all', () => byQuery.frames.length === 4 && byHeader.frames.length === 2);
    expect(positions(byQuery.frames)).toEqual([2, 3, 4, 5]);
    expect(positions(byHeader.frames)).toEqual([4, 5]);
    byQuery.abort();
    byHeader.abort();
  });

  test('gives every reader every event once, whoever joins while they are committed and wherever they start', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    const total = 300;
    const readers: Promise<SseReader>[] = [];
    for (let pos = 1; pos < total; pos += 1) {
      if (pos % 20 === 1)
        readers.push(read(server, run, { 'Last-Event-ID': String(pos % 40 === 1 ? 0 : pos - 1) }));
      await addEvent(reading.pool, run, 'job.progress', { silent: pos % 7 === 0 });
    }
    await addEvent(reading.pool, run, 'job.completed');
    const all = await Promise.all(readers);
    await until('all have ended', () => all.every((reader) => reader.closed));
    for (const [index, reader] of all.entries()) {
      const start = index % 2 === 0 ? 1 : index * 20 + 1;
      expect(positions(reader.frames)).toEqual(upTo(total, start));
    }
  });

  test('of a finished run gives the state and the final event, or what is missing, and ends', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    await addEvent(reading.pool, run, 'job.started');
    await addEvent(reading.pool, run, 'job.progress');
    await addEvent(reading.pool, run, 'job.failed');
    const fresh = await read(server, run);
    const resumed = await read(server, run, { 'Last-Event-ID': '0' });
    await until('both have ended', () => fresh.closed && resumed.closed);
    expect(fresh.frames.map((frame) => [frame.id, frame.event])).toEqual([
      [2, 'snapshot'],
      [3, 'job.failed'],
    ]);
    expect(positions(resumed.frames)).toEqual([1, 2, 3]);
  });

  test('of a finished run whose last event the reader has is a 204, so that a browser stops connecting', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    await addEvent(reading.pool, run, 'job.canceled');
    expect((await read(server, run, { 'Last-Event-ID': '1' })).status).toBe(204);
  });

  test('from a position that the run never reached begins with a snapshot', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    await addEvent(reading.pool, run, 'job.started');
    const reader = await read(server, run, { 'Last-Event-ID': '70' });
    await until('the snapshot', () => reader.frames.length === 1);
    expect(reader.frames[0]).toMatchObject({ id: 1, event: 'snapshot' });
    reader.abort();
  });

  test('is kept alive by comments', async () => {
    const server = await reading.serve({ beatMs: 20 });
    const reader = await read(server, await createRun(reading.pool, reading.analyst));
    await until('three comments', () => reader.comments >= 3);
    expect(reader.frames).toHaveLength(1);
    reader.abort();
  });

  test('carries what is not stored without an id, so that nobody resumes from it', async () => {
    const body = { ...wordOfStep, text: 'a\n\nb' };
    const takers = new Map<string, (message: EventMessage) => boolean>();
    const live: LiveSource = (runId, take) => {
      takers.set(runId, take);
      return { again: () => undefined, end: () => void takers.delete(runId) };
    };
    const server = await reading.serve({ live });
    const run = await createRun(reading.pool, reading.analyst);
    const reader = await read(server, run);
    await until('the snapshot', () => reader.frames.length === 1);
    expect(takers.get(run)?.(new EventMessage(body))).toBe(true);
    await addEvent(reading.pool, run, 'job.completed');
    await until('the end', () => reader.closed);
    expect(reader.frames[1]).toEqual({ id: undefined, event: 'step.delta', data: body });
    expect(reader.frames[2]?.id).toBe(1);
    expect(takers.has(run)).toBe(false);
  });

  test('is given to a reader that had no room as soon as it has some, without another word', async () => {
    const text = 'a'.repeat(100_000);
    const pieces = Array.from({ length: 200 }, (_, offset) => ({ ...wordOfStep, offset, text }));
    const given: number[] = [];
    let atFirst = 0;
    const live: LiveSource = (_runId, take) => {
      const again = (): void => {
        for (const piece of pieces.slice(given.length)) {
          if (!take(new EventMessage(piece))) return;
          given.push(piece.offset);
        }
      };
      setImmediate(() => {
        again();
        atFirst = given.length;
      });
      return { again, end: () => undefined };
    };
    const server = await reading.serve({ live });
    const reader = await read(server, await createRun(reading.pool, reading.analyst));
    await until('every piece', () => reader.frames.length === pieces.length + 1);
    expect(reader.frames.slice(1).map(({ data }) => data['offset'])).toEqual([...pieces.keys()]);
    expect(atFirst).toBeLessThan(pieces.length);
    reader.abort();
  });
});

describe('who may read', () => {
  test("somebody else's run is unknown, an administrator reads all, no token is refused", async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    const by = (token: string): Promise<SseReader> => read(server, run, { Authorization: `Bearer ${token}` });
    const answers = await Promise.all(['stranger', 'nobody', 'admin'].map(by));
    expect(answers.map((answer) => answer.status)).toEqual([404, 401, 200]);
    answers[2]?.abort();
  });

  test('is asked again while the stream lasts: a revoked key ends it, the others go on', async () => {
    const server = await reading.serve({ beatMs: 20, recheckMs: 0 });
    const run = await createRun(reading.pool, reading.analyst);
    const revoked = await read(server, run);
    const other = await read(server, run, { Authorization: 'Bearer admin' });
    server.tokens.delete('analyst');
    await until('it has ended', () => revoked.closed);
    expect(other.closed).toBe(false);
    other.abort();
  });

  test('and how often: one stream too many is a 429 until another ends', async () => {
    const server = await reading.serve({ perUser: 1 });
    const run = await createRun(reading.pool, reading.analyst);
    const first = await read(server, run);
    expect((await read(server, run)).status).toBe(429);
    first.abort();
    await until('the first is gone', () => server.streams.size === 0);
    const second = await read(server, run);
    expect(second.status).toBe(200);
    second.abort();
  });
});

describe('a page', () => {
  const page = async (server: ReadingServer, path: string, accept = 'application/json'): Promise<Response> =>
    fetch(server.url + path, { headers: { Authorization: 'Bearer analyst', Accept: accept } });

  test('holds the same events after a position, up to a limit', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    for (let pos = 1; pos <= 3; pos += 1)
      await addEvent(reading.pool, run, 'job.progress', { data: { percent: pos } });
    const first = (await (await page(server, `/jobs/${run}/events?limit=2`)).json()) as Record<
      string,
      unknown
    >;
    expect(first).toMatchObject({ hasMore: true, nextAfter: 2, lastPos: 3, finished: false });
    expect(first['items']).toEqual([
      expect.objectContaining({ pos: 1, type: 'job.progress', percent: 1 }),
      expect.objectContaining({ pos: 2, type: 'job.progress', percent: 2 }),
    ]);
    const last = (await (await page(server, `/jobs/${run}/events?after=2`)).json()) as Record<
      string,
      unknown
    >;
    expect(last).toMatchObject({ items: [{ pos: 3 }], hasMore: false, nextAfter: 3 });
    for (const { at } of first['items'] as { at: string }[]) expect(at).toMatch(/T\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  test('of another media type is refused, and so is a Last-Event-ID that is none', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    expect((await page(server, `/jobs/${run}/events`, 'text/html')).status).toBe(406);
    expect((await read(server, run, { 'Last-Event-ID': '1; drop' })).status).toBe(400);
  });
});
