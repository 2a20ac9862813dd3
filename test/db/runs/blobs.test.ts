import { randomBytes } from 'node:crypto';
import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import {
  deleteUnusedBlobs,
  findBlob,
  readBlobPart,
  shareBlobs,
  storeBlob,
} from '../../../src/db/runs/blobs.js';
import { releaseExpiredContent } from '../../../src/db/runs/retention.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { deleteObjects, insertObject, isKept, releaseObjects } from '../../../src/db/reports/objects.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenRun } from '../../support/runs.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(database.pool);
});

const age = (): Promise<unknown> =>
  database.pool.query(`update blobs set touched_at = now() - interval '2 days'`);
const blob = (content: Buffer | string) => ({ content, contentType: 'text/plain' });

test('the same content is kept once, whoever stores it, and read back byte for byte', async () => {
  const [one, two] = [await givenRun(database.pool, owner), await givenRun(database.pool, owner)];
  const content = randomBytes(3_000_000);
  const refs = await Promise.all([one, two].map((run) => storeBlob(database.pool, run.id, blob(content))));
  expect(refs[0]).toEqual(refs[1]);
  const { rowCount } = await database.pool.query(`select 1 from blobs where sha256 = decode($1, 'hex')`, [
    refs[0]?.sha256,
  ]);
  expect(rowCount).toBe(1);
  const sha256 = refs[0]?.sha256 ?? '';
  expect((await findBlob(database.pool, sha256))?.content.equals(content)).toBe(true);
  expect(await readBlobPart(database.pool, sha256, { offset: 1_999_999, length: 5 })).toEqual(
    content.subarray(1_999_999, 2_000_004),
  );
  expect(await readBlobPart(database.pool, sha256, { offset: 2_999_998, length: 100 })).toEqual(
    content.subarray(2_999_998),
  );
});

test('content is kept as long as one run has it, and goes with the last', async () => {
  const [one, two] = [await givenRun(database.pool, owner), await givenRun(database.pool, owner)];
  const { sha256 } = await storeBlob(database.pool, one.id, blob('shared'));
  await shareBlobs(database.pool, two.id, [sha256, 'ff'.repeat(32)]);
  for (const [run, kept] of [
    [one, true],
    [two, false],
  ] as const) {
    await database.pool.query('delete from runs where id = $1', [run.id]);
    await age();
    await deleteUnusedBlobs(database.pool, 1_000);
    expect((await findBlob(database.pool, sha256)) !== undefined).toBe(kept);
  }
});

test('content that a run is about to have is not removed under its hands', async () => {
  const old = await givenRun(database.pool, owner);
  const { sha256 } = await storeBlob(database.pool, old.id, blob('again'));
  await database.pool.query('delete from runs where id = $1', [old.id]);
  await age();
  const run = await givenRun(database.pool, owner);
  let removal: Promise<number> | undefined;
  await withTransaction(database.pool, async (tx) => {
    await storeBlob(tx, run.id, blob('again'));
    // It waits for the row that this transaction has touched, then finds it young.
    removal = deleteUnusedBlobs(database.pool, 1_000);
    await tx.query('select pg_sleep(0.1)');
  });
  expect(await removal).toBe(0);
  expect(await findBlob(database.pool, sha256)).toBeDefined();
});

test('a run that ended lets go of its content after the days that it is kept', async () => {
  const contentAfter = async (days: number): Promise<number | null> => {
    const { id } = await givenRun(database.pool, owner);
    await storeBlob(database.pool, id, blob(`of ${id}`));
    await database.pool.query(
      `update runs set status = 'completed', finished_at = now() - make_interval(days => $2) where id = $1`,
      [id, days],
    );
    await releaseExpiredContent(database.pool, 3);
    return (await database.pool.query('select from run_blobs where run_id = $1', [id])).rowCount;
  };
  expect([await contentAfter(2), await contentAfter(4)]).toEqual([1, 0]);
});

test('a preview cuts between characters, never through one', async () => {
  const run = await givenRun(database.pool, owner);
  const { preview, bytes } = await storeBlob(database.pool, run.id, blob(`a${'😀'.repeat(300)}`));
  expect(preview).toBe(`a${'😀'.repeat(199)}…`);
  expect(bytes).toBe(1 + 4 * 300);
});

test('an object goes some days after its run, or a day after no run names it, and is not handed out meanwhile', async () => {
  const { pool } = database;
  const [running, fresh, old, lost, ended] = await Promise.all(
    Array.from({ length: 5 }, () => givenRun(pool, owner)),
  );
  const keyed = [running, fresh, old, lost].map((run) => run?.id ?? '');
  for (const id of keyed) expect(await insertObject(pool, { key: id, runId: id })).toBe(true);
  const endings = [
    { run: fresh, key: fresh?.id, daysAgo: 1 },
    { run: old, key: old?.id, daysAgo: 4 },
    { run: lost, key: 'another', daysAgo: 1 },
    { run: ended, key: null, daysAgo: 0 },
  ];
  for (const { run, key, daysAgo } of endings)
    await pool.query(
      `update runs set status = 'completed', finished_at = now() - make_interval(days => $2),
              result = jsonb_build_object('key', $3::text) where id = $1`,
      [run?.id, daysAgo, key],
    );
  expect(await insertObject(pool, { key: newId('job'), runId: ended?.id ?? '' })).toBe(false);
  await pool.query(`update objects set created_at = now() - interval '2 days' where key = any($1)`, [
    [running?.id, fresh?.id, lost?.id],
  ]);
  const due = [old?.id ?? '', lost?.id ?? ''].sort();
  expect((await releaseObjects(pool, 3, 1_000)).sort()).toEqual(due);
  expect(await Promise.all(keyed.map((key) => isKept(pool, key)))).toEqual([true, true, false, false]);
  // A store that was away is asked again.
  expect((await releaseObjects(pool, 3, 1_000)).sort()).toEqual(due);
  expect(await deleteObjects(pool, due)).toBe(2);
  expect(await releaseObjects(pool, 3, 1_000)).toEqual([]);
});
