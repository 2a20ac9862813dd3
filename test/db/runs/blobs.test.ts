import { randomBytes } from 'node:crypto';
import type { Principal } from '../../../src/contracts/users/principal.js';
import {
  deleteUnusedBlobs,
  findBlob,
  readBlobPart,
  shareBlobs,
  storeBlob,
} from '../../../src/db/runs/blobs.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
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

test('a preview cuts between characters, never through one', async () => {
  const run = await givenRun(database.pool, owner);
  const { preview, bytes } = await storeBlob(database.pool, run.id, blob(`a${'😀'.repeat(300)}`));
  expect(preview).toBe(`a${'😀'.repeat(199)}…`);
  expect(bytes).toBe(1 + 4 * 300);
});
