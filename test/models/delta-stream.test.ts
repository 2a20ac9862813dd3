import type pg from 'pg';
import {
  packDeltas,
  stepDeltaRequestsChannel,
  stepDeltasChannel,
  unpackDeltas,
  type StepDelta,
} from '../../src/contracts/sessions/delta.js';
import { createListenerClient } from '../../src/platform/pool.js';
import { DeltaBatcher } from '../../src/models/deltas/batcher.js';
import { createDeltaPublisher, createDeltaRequester } from '../../src/models/deltas/channel.js';
import { DeltaFeed } from '../../src/models/deltas/feed.js';
import { useEmptyDatabase } from '../support/servers/database.js';
import { waitUntil } from '../support/wait-until.js';

const database = useEmptyDatabase();
const listeners: pg.Client[] = [];
const batchers: DeltaBatcher[] = [];

afterEach(async () => {
  await Promise.all(batchers.splice(0).map((batcher) => batcher.stop()));
  await Promise.all(listeners.splice(0).map((client) => client.end()));
});

async function listen(channel: string, take: (payload: string) => void): Promise<void> {
  const client = createListenerClient(database.url, 'test');
  listeners.push(client);
  client.on('notification', (message) => take(message.payload ?? ''));
  await client.connect();
  await client.query(`listen ${channel}`);
}

/** A worker: what its models say leaves by NOTIFY, and it answers those who ask. */
async function startWorker(): Promise<DeltaBatcher> {
  const batcher = new DeltaBatcher({ publish: createDeltaPublisher(database.pool) });
  batchers.push(batcher);
  await listen(stepDeltaRequestsChannel, (runId) => batcher.repeat(runId));
  return batcher;
}

/** An API process. */
async function startApi(): Promise<DeltaFeed> {
  const feed = new DeltaFeed({ request: createDeltaRequester(database.pool) });
  await listen(stepDeltasChannel, (payload) => feed.receive(payload));
  return feed;
}

/** A reader as the console is one: drops an abandoned text, appends to the current one. */
class Reader {
  text = '';
  try = 0;
  generation = 0;
  readonly offsets: number[] = [];
  refuse = false;
  readonly take = (delta: StepDelta): boolean => {
    if (this.refuse) return false;
    if (delta.offset === 0) this.text = '';
    expect(delta.offset).toBe(this.text.length);
    this.text += delta.text;
    this.try = delta.try;
    this.generation = delta.generation;
    this.offsets.push(delta.offset);
    return true;
  };
}

const step = (tryNumber = 1) => ({ runId: 'ses_1', stepId: 'step_1', attempt: 3, try: tryNumber });
const says = (reader: Reader, text: string): Promise<unknown> =>
  waitUntil(() => Promise.resolve(reader.text === text), {
    what: `the reader to have ${JSON.stringify(text.slice(0, 60))}`,
  });

test('readers of two API processes see the text grow, in order, over a database without a single table', async () => {
  const worker = await startWorker();
  const readers = [new Reader(), new Reader()];
  for (const reader of readers) (await startApi()).attach('ses_1', reader.take);
  const sink = worker.open(step());
  const words = Array.from({ length: 200 }, (_, index) => `word${index} 語🙂 `);
  for (const word of words) {
    sink.write({ type: 'text', text: word });
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const reader of readers) await says(reader, words.join(''));
  const { rows } = await database.pool.query(`select 1 from pg_tables where schemaname = 'public'`);
  expect(rows).toEqual([]);
});

test('a reader that joins late gets what was said so far, also in an API process that has just started', async () => {
  const worker = await startWorker();
  const sink = worker.open(step());
  sink.write({ type: 'text', text: 'said before anybody came. ' });
  await new Promise((resolve) => setTimeout(resolve, 60));
  const feed = await startApi();
  const first = new Reader();
  feed.attach('ses_1', first.take);
  await says(first, 'said before anybody came. ');
  sink.write({ type: 'text', text: 'and after' });
  await says(first, 'said before anybody came. and after');
  const second = new Reader();
  feed.attach('ses_1', second.take);
  expect(second.text).toBe(first.text);
});

test('a retry makes the reader drop the abandoned text, and the dead worker is not heard again', async () => {
  const [old, fresh] = [await startWorker(), await startWorker()];
  const reader = new Reader();
  (await startApi()).attach('ses_1', reader.take);
  const lost = old.open(step(1));
  lost.write({ type: 'text', text: 'half of it' });
  await says(reader, 'half of it');
  const retried = fresh.open(step(2));
  await says(reader, '');
  lost.write({ type: 'text', text: ' and a ghost' });
  retried.write({ type: 'text', text: 'anew' });
  await says(reader, 'anew');
  expect(reader.try).toBe(2);
  retried.write({ type: 'text', text: '!' });
  await says(reader, 'anew!');
});

test('a reset within a try restarts the text for those who are there and those who come', async () => {
  const worker = await startWorker();
  const feed = await startApi();
  const reader = new Reader();
  feed.attach('ses_1', reader.take);
  const sink = worker.open(step());
  sink.write({ type: 'text', text: 'of model A' });
  await says(reader, 'of model A');
  sink.write({ type: 'reset', reason: 'fallback' });
  sink.write({ type: 'text', text: 'of model B' });
  await says(reader, 'of model B');
  const late = new Reader();
  feed.attach('ses_1', late.take);
  expect(late.text).toBe('of model B');
});

test('a reader that could not take a piece gets it with the next one', async () => {
  const worker = await startWorker();
  const reader = new Reader();
  const watcher = new Reader();
  const feed = await startApi();
  feed.attach('ses_1', reader.take);
  feed.attach('ses_1', watcher.take);
  const sink = worker.open(step());
  sink.write({ type: 'text', text: 'a' });
  await says(reader, 'a');
  reader.refuse = true;
  sink.write({ type: 'text', text: 'b' });
  await says(watcher, 'ab');
  expect(reader.text).toBe('a');
  reader.refuse = false;
  sink.write({ type: 'text', text: 'c' });
  await says(reader, 'abc');
});

test('a reader that has room again gets what it could not take, also when the model says nothing more', async () => {
  const worker = await startWorker();
  const [reader, watcher] = [new Reader(), new Reader()];
  const feed = await startApi();
  const reading = feed.attach('ses_1', reader.take);
  feed.attach('ses_1', watcher.take);
  reader.refuse = true;
  worker.open(step()).write({ type: 'text', text: 'the last word' });
  await says(watcher, 'the last word');
  reader.refuse = false;
  reading.again();
  expect([reader.text, watcher.text]).toEqual(['the last word', 'the last word']);
  reading.end();
  reading.again();
});

test('what was lost while an API process did not listen is asked for and comes', async () => {
  const worker = await startWorker();
  const feed = new DeltaFeed({ request: createDeltaRequester(database.pool), requestEveryMs: 0 });
  let deaf = false;
  await listen(stepDeltasChannel, (payload) => void (deaf || feed.receive(payload)));
  const reader = new Reader();
  feed.attach('ses_1', reader.take);
  const sink = worker.open(step());
  sink.write({ type: 'text', text: 'heard ' });
  await says(reader, 'heard ');
  deaf = true;
  sink.write({ type: 'text', text: 'missed ' });
  await new Promise((resolve) => setTimeout(resolve, 60));
  deaf = false;
  sink.write({ type: 'text', text: 'heard again' });
  await says(reader, 'heard missed heard again');
});

test('a long text goes through whole, and no payload is too large for PostgreSQL', async () => {
  const worker = await startWorker();
  const reader = new Reader();
  (await startApi()).attach('ses_1', reader.take);
  const text = `${'\u0001'.repeat(3_000)}${'漢字🙂"\\'.repeat(8_000)}`;
  worker.open(step()).write({ type: 'text', text });
  await says(reader, text);
});

test('while the channel is down nothing is lost and no writer notices', async () => {
  let down = true;
  const publish = createDeltaPublisher(database.pool);
  const errors: unknown[] = [];
  const worker = new DeltaBatcher({
    publish: (payloads) => (down ? Promise.reject(new Error('down')) : publish(payloads)),
    onPublishError: (error) => errors.push(error),
  });
  batchers.push(worker);
  await listen(stepDeltaRequestsChannel, (runId) => worker.repeat(runId));
  const reader = new Reader();
  (await startApi()).attach('ses_1', reader.take);
  const sink = worker.open(step());
  sink.write({ type: 'text', text: 'one ' });
  await waitUntil(() => Promise.resolve(errors.length > 0), { what: 'a failed send' });
  sink.write({ type: 'text', text: 'two' });
  down = false;
  await says(reader, 'one two');
});

test('a text that nobody reads leaves nothing but its announcement, and is not even announced once it has ended', async () => {
  const sent: StepDelta[] = [];
  const worker = new DeltaBatcher({
    intervalMs: 0,
    publish: (payloads) => Promise.resolve(void sent.push(...payloads.flatMap(unpackDeltas))),
  });
  const sink = worker.open(step());
  await waitUntil(() => Promise.resolve(sent.length > 0), { what: 'the announcement' });
  for (const type of ['word', 'another']) sink.write({ type: 'text', text: type });
  sink.write({ type: 'reset', reason: 'fallback' });
  sink.end();
  worker.open({ ...step(), stepId: 'step_2' }).end();
  await worker.stop();
  expect(sent).toEqual([{ ...step(), generation: 0, offset: 0, text: '', unread: true }]);
});

test('a reader that came before the worker gets the text, also when the first request fails', async () => {
  const request = createDeltaRequester(database.pool);
  let requests = 0;
  const feed = new DeltaFeed({
    request: (runId) => {
      requests += 1;
      return requests === 2 ? Promise.reject(new Error('the pool is full')) : request(runId);
    },
    requestEveryMs: 1,
  });
  await listen(stepDeltasChannel, (payload) => feed.receive(payload));
  const reader = new Reader();
  feed.attach('ses_1', reader.take);
  const sink = (await startWorker()).open(step());
  sink.write({ type: 'text', text: 'from the first word' });
  await says(reader, 'from the first word');
  expect(requests).toBe(3);
});

test('the next step of a run that was asked for comes from its first word without another request', async () => {
  const sent: StepDelta[] = [];
  const worker = new DeltaBatcher({
    intervalMs: 0,
    publish: (payloads) => Promise.resolve(void sent.push(...payloads.flatMap(unpackDeltas))),
  });
  worker.repeat('ses_1');
  const sink = worker.open({ ...step(), stepId: 'step_2' });
  sink.write({ type: 'text', text: 'at once' });
  sink.end();
  worker.open({ ...step(), runId: 'ses_of_nobody' });
  await worker.stop();
  expect(sent.map(({ runId, text, unread, end }) => ({ runId, text, unread, end }))).toEqual([
    { runId: 'ses_1', text: 'at once', unread: undefined, end: undefined },
    { runId: 'ses_1', text: '', unread: undefined, end: true },
    { runId: 'ses_of_nobody', text: '', unread: true, end: undefined },
  ]);
});

test('a worker that may have missed requests sends all its texts from their start', async () => {
  const worker = new DeltaBatcher({ publish: createDeltaPublisher(database.pool) });
  batchers.push(worker);
  const reader = new Reader();
  (await startApi()).attach('ses_1', reader.take);
  const sink = worker.open(step());
  sink.write({ type: 'text', text: 'unheard' });
  worker.repeatAll();
  await says(reader, 'unheard');
});

test('many steps share a message, so the number of statements does not grow with tokens or steps', async () => {
  let statements = 0;
  const worker = new DeltaBatcher({
    intervalMs: 20,
    publish: (payloads) => {
      statements += payloads.length > 0 ? 1 : 0;
      return Promise.resolve();
    },
  });
  worker.repeat(step().runId);
  const sinks = Array.from({ length: 100 }, (_, index) =>
    worker.open({ ...step(), stepId: `step_${index}` }),
  );
  for (let token = 0; token < 50; token += 1)
    sinks.forEach((sink) => sink.write({ type: 'text', text: 'token ' }));
  sinks.forEach((sink) => sink.end());
  await worker.stop();
  expect(statements).toBeLessThanOrEqual(2);
});

test('an ended text is forgotten by the worker and a late piece of it is not shown', () => {
  const feed = new DeltaFeed({ request: () => Promise.resolve() });
  const reader = new Reader();
  feed.attach('ses_1', reader.take);
  const piece = (offset: number, text: string, end?: true): string =>
    packDeltas([{ ...step(), generation: 0, offset, text, ...(end && { end }) }])[0]!;
  feed.receive(piece(0, 'done'));
  feed.receive(piece(4, '', true));
  feed.receive(piece(0, 'done'));
  expect(reader.text).toBe('done');
  expect(reader.offsets).toEqual([0]);
});

test('payloads of anybody else are nothing', () => {
  expect(unpackDeltas('not json')).toEqual([]);
  expect(unpackDeltas('{}')).toEqual([]);
});
