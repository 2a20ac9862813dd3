import { isAfter, placeOfId, type ChangePlace } from '../../../src/domain/runs/change-place.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { startApi, useApi, type TestApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { waitUntil } from '../../support/wait-until.js';
import { addEvent, createRun, until } from './events-fixture.js';
import { readSse, type Frame, type SseReader } from './events-client.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });

let analyst: TestUser;
let stranger: TestUser;
let admin: TestUser;
beforeEach(async () => {
  analyst = await createApiUser(database);
  stranger = await createApiUser(database);
  admin = await createApiUser(database, 'ADMIN');
});

const runOf = (owner: TestUser): Promise<string> =>
  createRun(database.pool, { userId: owner.id } as Principal);
const add = (run: string, type = 'job.progress', data: Record<string, unknown> = {}): Promise<void> =>
  addEvent(database.pool, run, type, { data });

async function open(user: TestUser, after?: string, at: Pick<TestApi, 'url'> = api): Promise<SseReader> {
  const headers = { Authorization: `Bearer ${user.token}` };
  return readSse(
    `${at.url}/api/v1/events`,
    after === undefined ? headers : Object.assign(headers, { 'Last-Event-ID': after }),
  );
}

/** A reader that has its snapshot. */
async function openFresh(user: TestUser, at: Pick<TestApi, 'url'> = api): Promise<SseReader> {
  const reader = await open(user, undefined, at);
  await until('the snapshot', () => reader.frames.length === 1);
  return reader;
}

const page = (user: TestUser, query = '') =>
  api.send(`/api/v1/events${query}`, { token: user.token, headers: { Accept: 'application/json' } });
const eventsOf = (frames: readonly Frame[]): [unknown, unknown][] =>
  frames.filter(({ event }) => event !== 'snapshot').map(({ data }) => [data['runId'], data['pos']]);
const placeOf = ({ rawId }: Frame): ChangePlace => placeOfId(rawId ?? '')!;

test('a stream begins with a snapshot and goes on with the events of all runs, each with its run as lists show it', async () => {
  const [one, two] = [await runOf(analyst), await runOf(analyst)];
  const reader = await openFresh(analyst);
  expect(reader.frames[0]).toMatchObject({ event: 'snapshot', data: { status: 'live' } });
  await add(one, 'job.started', { state: 'PROCESSING' });
  await add(two, 'job.started', { state: 'PROCESSING' });
  await add(one, 'job.completed', { state: 'SUCCESS', result: null });
  await until('all three', () => reader.frames.length === 4);
  expect(
    reader.frames.slice(1).map(({ event, data }) => [event, data['runId'], data['kind'], data['pos']]),
  ).toEqual([
    ['job.started', one, 'report', 1],
    ['job.started', two, 'report', 1],
    ['job.completed', one, 'report', 2],
  ]);
  expect(reader.frames[3]?.data['job']).toMatchObject({ jobId: one, status: 'success' });
  expect(reader.frames[3]?.data['job']).not.toHaveProperty('input');
  reader.abort();
});

test('what a long transaction commits late stands before what was committed meanwhile, and nothing overtakes it', async () => {
  const [late, early] = [await runOf(analyst), await runOf(analyst)];
  const reader = await openFresh(analyst);
  const client = await database.pool.connect();
  await client.query('begin');
  await client.query(`update runs set last_pos = 1 where id = $1`, [late]);
  await client.query(`insert into run_events (run_id, pos, type, data) values ($1, 1, 'job.started', '{}')`, [
    late,
  ]);
  await add(early, 'job.started');
  expect((await page(analyst)).body['items']).toEqual([]);
  await client.query('commit');
  client.release();
  await until('both', () => reader.frames.length === 3);
  expect(eventsOf(reader.frames)).toEqual([
    [late, 1],
    [early, 1],
  ]);
  reader.abort();
});

test('a reader that changes between two processes while runs go on gets each event once and in order', async () => {
  const other = await startApi({ database });
  const runs = await Promise.all(Array.from({ length: 5 }, () => runOf(analyst)));
  const perRun = 60;
  // The snapshot comes before them.
  const total = runs.length * perRun + 1;
  const first = await openFresh(analyst);
  const writing = Promise.all(
    runs.map(async (run) => {
      for (let pos = 1; pos <= perRun; pos += 1) await add(run);
    }),
  );
  const frames: Frame[] = [];
  let reader = first;
  for (let part = 0; part < 5; part += 1) {
    await until(
      'some more',
      () => reader.frames.length > 20 || frames.length + reader.frames.length === total,
    );
    frames.push(...reader.frames);
    reader.abort();
    reader = await open(analyst, frames.at(-1)?.rawId, part % 2 === 0 ? other : api);
  }
  await writing;
  await until('the rest', () => frames.length + reader.frames.length === total);
  frames.push(...reader.frames);
  for (const run of runs) {
    const positions = eventsOf(frames).filter(([id]) => id === run);
    expect(positions.map(([, pos]) => pos)).toEqual(Array.from({ length: perRun }, (_, index) => index + 1));
  }
  const places = frames.map(placeOf);
  expect(places.slice(1).every((place, index) => isAfter(place, places[index]!))).toBe(true);
  reader.abort();
  await other.close();
});

test('somebody else sees nothing of a run, as a stream or as a page; an administrator sees it', async () => {
  const run = await runOf(analyst);
  const [foreign, whole] = [await openFresh(stranger), await openFresh(admin)];
  const own = await runOf(stranger);
  await add(run, 'job.started');
  await add(own, 'job.started');
  await until('their own', () => foreign.frames.length === 2 && whole.frames.length === 3);
  expect(eventsOf(foreign.frames)).toEqual([[own, 1]]);
  expect(eventsOf(whole.frames)).toEqual([
    [run, 1],
    [own, 1],
  ]);
  const items = (await page(stranger)).body['items'] as { runId: string }[];
  expect(items.map(({ runId }) => runId)).toEqual([own]);
  foreign.abort();
  whole.abort();
});

test('pages hold the same events, one after the other', async () => {
  const run = await runOf(analyst);
  for (let pos = 1; pos <= 5; pos += 1) await add(run);
  const all = await waitUntil(
    async () => {
      const { body } = await page(analyst, '?limit=100');
      return (body['items'] as unknown[]).length === 5 && body;
    },
    { what: 'the events below the horizon' },
  );
  expect(all).toMatchObject({ hasMore: false, hasGap: false });
  const first = (await page(analyst, '?limit=2')).body;
  expect(first).toMatchObject({ hasMore: true, items: [{ pos: 1 }, { pos: 2 }] });
  const second = (await page(analyst, `?after=${String(first['nextAfter'])}`)).body;
  expect(second).toMatchObject({ hasMore: false, items: [{ pos: 3 }, { pos: 4 }, { pos: 5 }] });
  expect((await page(analyst, `?after=${String(second['nextAfter'])}`)).body['items']).toEqual([]);
});

test('an id that this database never gave begins anew, and what is no id is refused', async () => {
  const reader = await open(analyst, '900000000000-1');
  await until('the snapshot', () => reader.frames.length === 1);
  expect(reader.frames[0]?.event).toBe('snapshot');
  reader.abort();
  expect((await page(analyst, '?after=900000000000-1')).body).toMatchObject({ hasGap: true });
  expect((await page(analyst, '?after=12')).status).toBe(400);
  expect((await open(analyst, '12; drop')).status).toBe(400);
});

test('a stream of an administrator ends when they are made an analyst, and one whose key is revoked', async () => {
  const other = await createApiUser(database, 'ADMIN');
  const [demoted, revoked, lasting] = [
    await openFresh(other),
    await openFresh(analyst),
    await openFresh(stranger),
  ];
  await api.send(`/api/v1/users/${other.id}`, {
    method: 'PATCH',
    token: admin.token,
    body: { role: 'ANALYST' },
  });
  await api.send(`/api/v1/users/${analyst.id}/api-keys/${analyst.keyId}`, {
    method: 'DELETE',
    token: admin.token,
  });
  await until('both have ended', () => demoted.closed && revoked.closed);
  expect(lasting.closed).toBe(false);
  lasting.abort();
});

test('a reader that pauses and reads on gets the rest on the same connection', async () => {
  const run = await runOf(analyst);
  const reader = await openFresh(analyst);
  reader.pause();
  const filler = 'x'.repeat(64 * 1_024);
  const total = 100;
  for (let pos = 1; pos <= total; pos += 1) await add(run, 'job.progress', { filler });
  reader.resume();
  await until('all', () => reader.frames.length === total + 1);
  expect(eventsOf(reader.frames).map(([, pos]) => pos)).toEqual(
    Array.from({ length: total }, (_, index) => index + 1),
  );
  reader.abort();
});
