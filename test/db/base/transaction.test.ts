import type { RunProjection } from '../../../src/contracts/runs/projection.js';
import { projectStep } from '../../../src/db/runs/events.js';
import { lockRunStatus } from '../../../src/db/runs/runs.js';
import { listEventsAfter } from '../../../src/db/runs/event-reads.js';
import { execute, one, sql } from '../../../src/db/base/sql.js';
import { inSnapshot, withTransaction } from '../../../src/db/base/transaction.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenRun } from '../../support/runs.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();

beforeAll(async () => {
  await database.pool.query('create table marks (mark integer primary key)');
});

const mark = (db: Parameters<typeof execute>[0], value: number): Promise<number> =>
  execute(db, sql`insert into marks values (${value})`);

async function isMarked(value: number): Promise<boolean> {
  const { found } = await one<{ found: boolean }>(
    database.pool,
    sql`select exists (select from marks where mark = ${value}) as found`,
  );
  return found;
}

test('what is committed with its last statements is there, and actions that wait for the commit run', async () => {
  let ran = 0;
  const touched = await withTransaction(database.pool, (tx) => {
    tx.afterCommit(() => (ran += 1));
    return tx.commitWith(Promise.all([mark(tx, 1), mark(tx, 2)]));
  });
  expect([touched, ran]).toEqual([[1, 1], 1]);
  expect([await isMarked(1), await isMarked(2)]).toEqual([true, true]);
});

test('when one of the last statements fails all is undone, its own error is thrown, and the connection is used again', async () => {
  let ran = 0;
  const failed = withTransaction(database.pool, (tx) => {
    tx.afterCommit(() => (ran += 1));
    return tx.commitWith(Promise.all([mark(tx, 3), mark(tx, 3), mark(tx, 4)]));
  });
  await expect(failed).rejects.toMatchObject({ code: '23505' });
  expect([await isMarked(3), await isMarked(4), ran]).toEqual([false, false, 0]);
  const again = Array.from({ length: 12 }, (_none, index) =>
    withTransaction(database.pool, (tx) => tx.commitWith(mark(tx, 10 + index))),
  );
  expect(await Promise.all(again)).toEqual(Array.from({ length: 12 }, () => 1));
});

test('a step writes nothing to a run that has ended, and its events once to one that has not', async () => {
  const owner = await givenUser(database.pool);
  const write = (runId: string, condition = sql``): Promise<unknown> => {
    const change: RunProjection = {
      runId,
      dedupKey: 'step:1:started',
      status: 'running',
      provisional: true,
      events: [{ type: 'job.progress', data: {} }],
    };
    return withTransaction(database.pool, (tx) =>
      tx.commitWith(Promise.all([lockRunStatus(tx, runId), projectStep(tx, change, condition)])),
    );
  };
  const [open, ended] = [await givenRun(database.pool, owner), await givenRun(database.pool, owner)];
  await database.pool.query(
    `update runs set status = 'canceled', finished_at = clock_timestamp() where id = $1`,
    [ended.id],
  );
  await write(open.id, sql`and false`);
  expect(await listEventsAfter(database.pool, open.id, { after: 0, limit: 10 })).toEqual([]);
  for (const run of [open, ended]) {
    await write(run.id);
    await write(run.id);
  }
  expect(
    (await listEventsAfter(database.pool, open.id, { after: 0, limit: 10 })).map(({ type }) => type),
  ).toEqual(['job.progress']);
  expect(await listEventsAfter(database.pool, ended.id, { after: 0, limit: 10 })).toEqual([]);
});

test('what is read in a snapshot is of one moment, and a snapshot writes nothing', async () => {
  await inSnapshot(database.pool, async (db) => {
    const count = async () => (await one<{ n: number }>(db, sql`select count(*)::integer as n from marks`)).n;
    const before = await count();
    await mark(database.pool, 900);
    expect(await count()).toBe(before);
  });
  expect(await isMarked(900)).toBe(true);
  await expect(inSnapshot(database.pool, (db) => mark(db, 901))).rejects.toThrow('read-only transaction');
});

test('the reader of a snapshot may be slow, whatever the database allows other transactions', async () => {
  const limit = await inSnapshot(database.pool, (db) =>
    one<{ idle: string }>(db, sql`select current_setting('idle_in_transaction_session_timeout') as idle`),
  );
  expect(limit).toEqual({ idle: '0' });
});
