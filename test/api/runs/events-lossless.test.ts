import type { Db } from '../../../src/db/base/sql.js';
import { addEvent, createRun, positions, read, until, upTo, useReading } from './events-fixture.js';

const reading = useReading();

describe('nothing is lost', () => {
  test('when a NOTIFY is: the poll finds the event', async () => {
    const server = await reading.serve({ pollIntervalMs: 30 });
    const run = await createRun(reading.pool, reading.analyst);
    const reader = await read(server, run);
    await addEvent(reading.pool, run, 'job.progress', { silent: true });
    await addEvent(reading.pool, run, 'job.completed', { silent: true });
    await until('the end', () => reader.closed);
    expect(positions(reader.frames).slice(1)).toEqual([1, 2]);
  });

  test('when the LISTEN connection breaks: it comes back and readers have all', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    const reader = await read(server, run);
    await until('the snapshot', () => reader.frames.length === 1);
    await reading.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query like 'listen %'`,
    );
    await until('the loss is noticed', () => !server.announcements.listening);
    await addEvent(reading.pool, run, 'job.progress');
    await addEvent(reading.pool, run, 'job.completed');
    await until('the end', () => reader.closed);
    expect(positions(reader.frames).slice(1)).toEqual([1, 2]);
  });

  test('when a reader does not read: it is dropped and resumes where it was', async () => {
    const server = await reading.serve({ beatMs: 20, slowReaderMs: 100 });
    const run = await createRun(reading.pool, reading.analyst);
    const slow = await read(server, run);
    await until('the snapshot', () => slow.frames.length === 1);
    slow.pause();
    const filler = 'x'.repeat(64 * 1024);
    const total = 200;
    for (let pos = 1; pos < total; pos += 1) {
      await addEvent(reading.pool, run, 'job.progress', { data: { filler } });
    }
    await until('the slow reader is dropped', () => server.streams.size === 0);
    slow.resume();
    await until('its connection has ended', () => slow.closed);
    const had = slow.frames.at(-1)?.id ?? 0;
    expect(had).toBeLessThan(total - 1);
    await addEvent(reading.pool, run, 'job.completed');
    const resumed = await read(server, run, { 'Last-Event-ID': String(had) });
    await until('the end', () => resumed.closed);
    expect(positions([...slow.frames.slice(1), ...resumed.frames])).toEqual(upTo(total));
  });

  test('when a reader pauses and reads on: it gets the rest on the same connection', async () => {
    const server = await reading.serve();
    const run = await createRun(reading.pool, reading.analyst);
    const reader = await read(server, run);
    await until('the snapshot', () => reader.frames.length === 1);
    reader.pause();
    const filler = 'x'.repeat(64 * 1024);
    for (let pos = 1; pos < 120; pos += 1)
      await addEvent(reading.pool, run, 'job.progress', { data: { filler } });
    await addEvent(reading.pool, run, 'job.completed');
    reader.resume();
    await until('the end', () => reader.closed);
    expect(positions(reader.frames.slice(1))).toEqual(upTo(120));
  });

  test('when a run ends without a final event, or is no longer kept: the stream ends', async () => {
    const server = await reading.serve({ pollIntervalMs: 30 });
    const rejected = await createRun(reading.pool, reading.analyst);
    const deleted = await createRun(reading.pool, reading.analyst);
    const readers = [await read(server, rejected), await read(server, deleted)];
    await reading.pool.query(`update runs set status = 'rejected', finished_at = now() where id = $1`, [
      rejected,
    ]);
    await reading.pool.query(`delete from runs where id = $1`, [deleted]);
    await until('both have ended', () => readers.every((reader) => reader.closed));
  });
});

test('one statement reads for all readers of a run', async () => {
  const statements: string[] = [];
  const counted: Db = {
    query: (statement, values) => {
      const text = typeof statement === 'string' ? statement : statement.text;
      if (text.includes('unnest')) statements.push(text);
      return reading.pool.query(statement, values);
    },
  };
  const server = await reading.serve({ db: counted });
  const run = await createRun(reading.pool, reading.analyst);
  const readers = await Promise.all(Array.from({ length: 20 }, () => read(server, run)));
  await until('all have the snapshot', () => readers.every((reader) => reader.frames.length === 1));
  statements.length = 0;
  await addEvent(reading.pool, run, 'job.completed');
  await until('all have ended', () => readers.every((reader) => reader.closed));
  expect(statements).toHaveLength(1);
});

test('two processes serve the same run, and a reader may change from one to the other', async () => {
  const [one, two] = [await reading.serve(), await reading.serve()];
  const run = await createRun(reading.pool, reading.analyst);
  const first = await read(one, run, { 'Last-Event-ID': '0' });
  await addEvent(reading.pool, run, 'job.progress');
  await until('the first event', () => first.frames.length === 1);
  one.streams.stop();
  await until('the first process let go', () => first.closed);
  const second = await read(two, run, { 'Last-Event-ID': '1' });
  await addEvent(reading.pool, run, 'job.completed');
  await until('the end', () => second.closed);
  expect(positions([...first.frames, ...second.frames])).toEqual([1, 2]);
});
