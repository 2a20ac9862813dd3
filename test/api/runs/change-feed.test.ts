import { setTimeout as delay } from 'node:timers/promises';
import { ChangeFeed } from '../../../src/api/events/change-feed.js';
import type { KeptChange } from '../../../src/api/events/kept-changes.js';
import type { Db } from '../../../src/db/base/sql.js';
import { listNewestChanges } from '../../../src/db/runs/changes.js';
import { Announcements } from '../../../src/platform/announcements.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createListenerClient } from '../../../src/platform/pool.js';
import { waitUntil } from '../../support/wait-until.js';
import { addEvent, createRun, until, useReading } from './events-fixture.js';

const reading = useReading();
const logger = createLogger({ level: 'silent', service: 'change-feed-test' });

// A transaction anywhere in the cluster holds the horizon. Events of the test before would come as news to the next.
beforeEach(() =>
  waitUntil(async () => !(await listNewestChanges(reading.pool, 1)).isWaiting, { what: 'the horizon' }),
);

/** A feed that waits for the horizon looks at once, and 20 ms after that. */
const LONGER_THAN_A_LOOK_MS = 200;

/** A feed that keeps `most` events and hears nothing: it is read when somebody asks. */
function createFeed(most: number, db: Db = reading.pool): ChangeFeed {
  const announcements = new Announcements({
    createClient: () => createListenerClient('postgres://nowhere', 'never-started'),
    logger,
  });
  const listRuns = () => Promise.resolve(new Map());
  return new ChangeFeed({ db, announcements, logger, pollIntervalMs: 3_600_000, most, listRuns });
}

/** Counts what a feed asks. */
function countingDb(): Db & { readonly statements: number } {
  let statements = 0;
  return {
    get statements() {
      return statements;
    },
    query: (statement, values) => {
      statements += 1;
      return reading.pool.query(statement, values);
    },
  };
}

async function addMany(run: string, count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) await addEvent(reading.pool, run, 'job.progress');
}

class Taker {
  readonly taken: KeptChange[] = [];
  take(changes: readonly KeptChange[]): void {
    this.taken.push(...changes);
  }
}

const positions = (changes: readonly KeptChange[]): unknown[] => changes.map(({ message }) => message.pos);

/** Everything that was committed, once the horizon has passed it. */
const currentUpTo = (feed: ChangeFeed, last: number): Promise<true> =>
  waitUntil(() => feed.current((kept) => kept.after({ tx: 0, n: 0 }).at(-1)?.message.pos === last), {
    what: `event ${last}`,
  });

test('what is kept is bounded: a reader that needs more learns that it is kept no longer', async () => {
  const run = await createRun(reading.pool, reading.analyst);
  const feed = createFeed(10);
  const taker = new Taker();
  await feed.current((kept) => feed.join(taker, kept.end));
  await addMany(run, 25);
  await currentUpTo(feed, 25);
  expect(positions(taker.taken)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  const places = taker.taken.map(({ place }) => place);
  await feed.current((kept) => {
    expect(kept.reaches(places[13]!)).toBe(false);
    expect(kept.reaches(places[14]!)).toBe(true);
    expect(positions(kept.after(places[14]!))).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
  });
  feed.leave(taker);
});

test('a process that begins loads the newest events, so that a reader of another one can go on there', async () => {
  const run = await createRun(reading.pool, reading.analyst);
  const [old, fresh] = [createFeed(1_000), createFeed(20)];
  const taker = new Taker();
  await old.current((kept) => old.join(taker, kept.end));
  await addMany(run, 30);
  await currentUpTo(old, 30);
  await fresh.current((kept) => {
    const place = taker.taken[19]!.place;
    expect(kept.reaches(place)).toBe(true);
    expect(kept.after(place).map((change) => change.place)).toEqual(
      taker.taken.slice(20).map((change) => change.place),
    );
    expect(kept.reaches(taker.taken[3]!.place)).toBe(false);
  });
  old.leave(taker);
});

test('one statement reads for all readers, and none is sent while nobody reads', async () => {
  const counted = countingDb();
  const announcements = new Announcements({
    createClient: () => createListenerClient('postgres://nowhere', 'never-started'),
    logger,
  });
  const feed = new ChangeFeed({
    db: counted,
    announcements,
    logger,
    pollIntervalMs: 10,
    listRuns: () => Promise.resolve(new Map()),
  });
  feed.start();
  const takers = Array.from({ length: 20 }, () => new Taker());
  await feed.current((kept) => takers.forEach((taker) => feed.join(taker, kept.end)));
  const run = await createRun(reading.pool, reading.analyst);
  await addEvent(reading.pool, run, 'job.progress', { silent: true });
  await until('all have it', () => takers.every(({ taken }) => taken.length === 1));
  expect(new Set(takers.map(({ taken }) => taken[0]?.message)).size).toBe(1);
  takers.forEach((taker) => feed.leave(taker));
  await feed.current(() => undefined);
  const before = counted.statements;
  await addEvent(reading.pool, run, 'job.progress', { silent: true });
  await createFeed(10).current(() => undefined);
  expect(counted.statements).toBe(before);
  feed.stop();
});

test('a feed that waits for the horizon looks no more once its last reader has left', async () => {
  const db = countingDb();
  const feed = createFeed(10, db);
  const taker = new Taker();
  await feed.current((kept) => feed.join(taker, kept.end));
  const older = await reading.pool.connect();
  await older.query('begin; select pg_current_xact_id()');
  const run = await createRun(reading.pool, reading.analyst);
  await addEvent(reading.pool, run, 'job.progress', { silent: true });
  // Two reads on the heels of each other: each of them sees the event behind the horizon.
  await Promise.all([feed.current(() => undefined), feed.current(() => undefined)]);
  feed.leave(taker);
  const before = db.statements;
  await delay(LONGER_THAN_A_LOOK_MS);
  older.release(true);
  expect(db.statements).toBe(before);
});

test('a read that fails fails its reader, and the next one goes on where it was', async () => {
  let isAway = false;
  const shaky: Db = {
    query: (statement, values) =>
      isAway ? Promise.reject(new Error('the database is away')) : reading.pool.query(statement, values),
  };
  const feed = createFeed(100, shaky);
  const taker = new Taker();
  await feed.current((kept) => feed.join(taker, kept.end));
  const run = await createRun(reading.pool, reading.analyst);
  await addMany(run, 2);
  isAway = true;
  await expect(feed.current(() => undefined)).rejects.toThrow('the database is away');
  isAway = false;
  await currentUpTo(feed, 2);
  expect(positions(taker.taken)).toEqual([1, 2]);
  feed.leave(taker);
  feed.stop();
});
