import type { Principal } from '../../../src/contracts/users/principal.js';
import { countEndedRuns } from '../../../src/db/runs/house-endings.js';
import { countDeadLetters } from '../../../src/db/runs/house-now.js';
import { listSilentRuns } from '../../../src/db/runs/maintenance.js';
import { findRun, listRuns, lockRun, requestCancel, type RunFilters } from '../../../src/db/runs/runs.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenRun } from '../../support/runs.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
let [ana, bob, admin]: Principal[] = [];
beforeAll(async () => {
  ana = await givenUser(database.pool);
  bob = await givenUser(database.pool);
  admin = await givenUser(database.pool, 'ADMIN');
});

const who = (person: Principal | undefined): Principal => {
  if (person === undefined) throw new Error('the people come with beforeAll');
  return person;
};

async function listed(viewer: Principal, filters: RunFilters): Promise<string[]> {
  const rows = await listRuns(database.pool, { viewer, filters, page: { limit: 100, position: undefined } });
  return rows.map((row) => row.id);
}

test('a run is seen and locked by its owner and by administrators, and is not there for anybody else', async () => {
  const run = await givenRun(database.pool, who(ana));
  for (const find of [findRun, lockRun]) {
    expect((await find(database.pool, { viewer: who(ana), id: run.id }))?.id).toBe(run.id);
    expect((await find(database.pool, { viewer: who(admin), id: run.id }))?.id).toBe(run.id);
    expect(await find(database.pool, { viewer: who(bob), id: run.id })).toBeUndefined();
    expect(
      await find(database.pool, { viewer: who(ana), id: run.id, kinds: ['cot-session'] }),
    ).toBeUndefined();
  }
});

test('a list is narrowed by kind, status, moment, tag and words, each by itself and together', async () => {
  const owner = await givenUser(database.pool);
  const plain = await givenRun(database.pool, owner);
  const tagged = await givenRun(database.pool, owner, { title: 'Fifty % off_er', tags: ['sale'] });
  const other = await givenRun(database.pool, owner, { kind: 'cot-session' });
  const newestFirst = [other.id, tagged.id, plain.id];
  expect(await listed(owner, {})).toEqual(newestFirst);
  expect(await listed(owner, { kinds: ['report'] })).toEqual([tagged.id, plain.id]);
  expect(await listed(owner, { tag: 'sale' })).toEqual([tagged.id]);
  expect(await listed(owner, { q: '% OFF_' })).toEqual([tagged.id]);
  expect(await listed(owner, { q: '%' })).toEqual([tagged.id]);
  expect(await listed(who(admin), { ownerId: owner.userId })).toEqual(newestFirst);
  expect(await listed(owner, { ownerId: who(admin).userId })).toEqual([]);
  expect(await listed(owner, { statuses: ['running'] })).toEqual([]);
  expect(await listed(owner, { createdFrom: tagged.createdAt, createdTo: other.createdAt })).toEqual([
    tagged.id,
  ]);
  expect(await listed(who(bob), { tag: 'sale' })).toEqual([]);
});

test('a wish to cancel keeps its first moment, and comes too late for a run that has ended', async () => {
  const run = await givenRun(database.pool, who(ana));
  await requestCancel(database.pool, run.id);
  const first = (await findRun(database.pool, { viewer: who(ana), id: run.id }))?.cancelRequestedAt;
  await requestCancel(database.pool, run.id);
  expect((await findRun(database.pool, { viewer: who(ana), id: run.id }))?.cancelRequestedAt).toBe(first);
  const ended = await givenRun(database.pool, who(ana));
  await database.pool.query(`update runs set status = 'completed', finished_at = now() where id = $1`, [
    ended.id,
  ]);
  expect(await requestCancel(database.pool, ended.id)).toBe(0);
});

test('an ending on the edge of two spans counts in the first of them alone', async () => {
  const run = await givenRun(database.pool, who(ana));
  const [before, at, after] = [
    '2019-12-31T00:00:00Z',
    '2020-01-01T00:00:00Z',
    '2020-01-02T00:00:00Z',
  ] as const;
  await database.pool.query(`update runs set status = 'completed', finished_at = $2 where id = $1`, [
    run.id,
    at,
  ]);
  const once = [{ kind: 'report', status: 'completed', count: 1, seconds: 0 }];
  expect(await countEndedRuns(database.pool, { since: before, until: at })).toEqual(once);
  expect(await countEndedRuns(database.pool, { since: at, until: after })).toEqual([]);
});

test('a run without a change is checked after the silence, and one that rests five times later', async () => {
  const listedAt = async (status: string, seconds: number): Promise<boolean> => {
    const { id } = await givenRun(database.pool, who(ana));
    await database.pool.query(
      `update runs set status = $2, updated_at = now() - make_interval(secs => $3),
              checked_at = now() - make_interval(secs => $3) where id = $1`,
      [id, status, seconds],
    );
    return (await listSilentRuns(database.pool, 60_000)).some((run) => run.id === id);
  };
  expect([await listedAt('running', 30), await listedAt('running', 90)]).toEqual([false, true]);
  expect([await listedAt('waiting_approval', 240), await listedAt('waiting_approval', 360)]).toEqual([
    false,
    true,
  ]);
});

test('the house counts dead letters that nobody replayed by their kind', async () => {
  for (const kind of ['report', 'report', 'sql']) {
    const { id } = await givenRun(database.pool, who(ana));
    await database.pool.query(
      `insert into dead_letters (id, run_id, kind, input) values ($1, $1, $2, '{}')`,
      [id, kind],
    );
  }
  const letters = await countDeadLetters(database.pool);
  expect(letters.sort((one, other) => one.count - other.count)).toEqual([
    { kind: 'sql', count: 1 },
    { kind: 'report', count: 2 },
  ]);
});
