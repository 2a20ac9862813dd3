import type { Principal } from '../../../src/contracts/users/principal.js';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';
import { loadSqlRun } from '../../../src/db/sql/find-run.js';
import { insertSqlRun } from '../../../src/db/sql/insert-run.js';
import { knownOf } from '../../../src/db/sql/known.js';
import {
  admitNext,
  cancelInQueue,
  lockEntrance,
  lockPlaces,
  placeOf,
  readQueue,
  releasePlace,
  settleFollowers,
} from '../../../src/db/sql/places.js';
import { givenUser } from '../../support/people.js';
import { countQueries } from '../../support/query-count.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenStatement, statementHash } from '../../support/sql/given-statement.js';

const database = useDatabase();
let own: Principal;
let other: Principal;
beforeAll(async () => {
  [own, other] = [await givenUser(database.pool), await givenUser(database.pool)];
});
afterEach(() => database.pool.query('delete from runs'));

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => withTransaction(database.pool, work);
const placeIn = async (id: string) => (await loadSqlRun(database.pool, id))?.place;
const requestCancel = (id: string) =>
  database.pool.query('update runs set cancel_requested_at = now() where id = $1', [id]);

test('a canceled run keeps its place to its end, waits no more, and an ended one does neither', async () => {
  const { pool } = database;
  const [admitted, leaving] = [
    await givenStatement(pool, own, { place: 'admitted' }),
    await givenStatement(pool, own, { place: 'admitted' }),
  ];
  const waiting = await givenStatement(pool, other);
  const quitter = await givenStatement(pool, other);
  for (const id of [leaving, quitter]) await requestCancel(id);
  await givenStatement(pool, own, { place: 'admitted', ended: 'failed' });
  await givenStatement(pool, other, { place: 'waiting', ended: 'canceled' });
  await givenStatement(pool, other, { place: 'following', servedBy: admitted });
  const queue = await readQueue(pool);
  expect(queue.waiting.map(({ runId, ownerId }) => [runId, ownerId])).toEqual([[waiting, other.userId]]);
  expect([queue.admitted, [...queue.runningByOwner]]).toEqual([2, [[own.userId, 2]]]);
});

test('free places go to whom it is the turn of, and none goes when more are taken than there are', async () => {
  const { pool } = database;
  await givenStatement(pool, own, { place: 'admitted' });
  await givenStatement(pool, own, { place: 'admitted' });
  const [late, early] = [
    await givenStatement(pool, own, { hoursAgo: 2 }),
    await givenStatement(pool, own, { hoursAgo: 3 }),
  ];
  const others = await givenStatement(pool, other, { hoursAgo: 1 });
  expect(await inTx((tx) => admitNext(tx, 1))).toEqual([]);
  const none = await countQueries(() => inTx((tx) => admitNext(tx, 2)));
  // Without a free place nothing is written: begin, the queue and commit.
  expect([none.result, none.queries]).toEqual([[], 3]);
  const called = await inTx((tx) => admitNext(tx, 3));
  const { rows } = await pool.query('select workflow_id from runs where id = $1', [others]);
  expect(called).toEqual([{ runId: others, workflowId: rows[0]?.workflow_id }]);
  expect(await inTx((tx) => admitNext(tx, 4))).toMatchObject([{ runId: early }]);
  expect([await placeIn(early), await placeIn(late)]).toEqual(['admitted', 'waiting']);
  const admitted = await pool.query(
    'select run_id from sql_runs where admitted_at is not null order by run_id',
  );
  expect(admitted.rows.map(({ run_id }) => run_id)).toEqual([others, early].sort());
});

test('a run that follows an open one waits, and with its end it is served or waits by itself', async () => {
  const { pool } = database;
  const [leader, elsewhere] = [
    await givenStatement(pool, own, { place: 'admitted' }),
    await givenStatement(pool, own, { place: 'admitted' }),
  ];
  const follower = await givenStatement(pool, other, { place: 'following', servedBy: leader, rows: 0 });
  const stranger = await givenStatement(pool, other, { place: 'following', servedBy: elsewhere });
  const quitter = await givenStatement(pool, other, { place: 'released', servedBy: leader });
  const stand = (id: string) => inTx((tx) => placeOf(tx, id));
  expect(await stand(follower)).toEqual({ place: 'waiting' });
  expect(await placeIn(follower)).toBe('following');
  expect(await stand(leader)).toEqual({ place: 'admitted' });
  await pool.query(
    `update runs set status = 'completed', finished_at = now(), result = '{"key":"k"}' where id = $1`,
    [leader],
  );
  await pool.query(
    `update sql_runs set row_count = 7, truncated = true, execution_ms = 5, bytes = 70, columns = '[{"name":"a"}]'
      where run_id = $1`,
    [leader],
  );
  expect(await stand(quitter)).toEqual({ place: 'waiting' });
  expect(await placeIn(follower)).toBe('following');
  expect(await stand(follower)).toEqual({ place: 'served', result: { key: 'k' } });
  expect(await stand(follower)).toEqual({ place: 'served', result: { key: 'k' } });
  expect(await loadSqlRun(pool, follower)).toMatchObject({
    servedBy: leader,
    rowCount: 7,
    truncated: true,
    executionMs: 5,
    bytes: 70,
    columns: [{ name: 'a' }],
  });
  expect([await placeIn(stranger), await placeIn(quitter)]).toEqual(['following', 'released']);
  await pool.query(`update runs set status = 'failed', finished_at = now() where id = $1`, [elsewhere]);
  expect(await stand(stranger)).toEqual({ place: 'waiting' });
  expect(await loadSqlRun(pool, stranger)).toMatchObject({ place: 'waiting', servedBy: null });
  expect(await stand('sql_nobody')).toBeUndefined();
});

test('the end of a run calls its own followers alone, and an open run calls nobody', async () => {
  const { pool } = database;
  await givenStatement(pool, own, { ended: 'failed' });
  const leader = await givenStatement(pool, own, { place: 'admitted' });
  const follower = await givenStatement(pool, other, { place: 'following', servedBy: leader });
  await givenStatement(pool, other, { place: 'following', servedBy: follower });
  expect(await inTx((tx) => settleFollowers(tx, leader))).toEqual([]);
  await pool.query(`update runs set status = 'canceled', finished_at = now() where id = $1`, [leader]);
  const { rows } = await pool.query('select workflow_id from runs where id = $1', [follower]);
  const called = [{ runId: follower, workflowId: rows[0]?.workflow_id }];
  expect(await inTx((tx) => settleFollowers(tx, leader))).toEqual(called);
  expect(await inTx((tx) => settleFollowers(tx, leader))).toEqual([]);
});

test('a canceled run without a place ends at once under the lock, and one with a place goes on', async () => {
  const { pool } = database;
  const admitted = await givenStatement(pool, own, { place: 'admitted' });
  const waiting = await givenStatement(pool, own);
  const following = await givenStatement(pool, own, { place: 'following', servedBy: admitted });
  const beside = await givenStatement(pool, own);
  for (const id of [admitted, waiting, following]) await inTx((tx) => cancelInQueue(tx, id));
  const { rows } = await pool.query(
    `select status, place, type, dedup_key, data from runs join sql_runs on sql_runs.run_id = id
       left join run_events on run_events.run_id = id where id = any($1) order by array_position($1, id)`,
    [[admitted, waiting, following, beside]],
  );
  const canceled = {
    status: 'canceled',
    place: 'released',
    type: 'job.canceled',
    dedup_key: 'canceled-in-queue#1',
    data: { state: 'CANCELED' },
  };
  expect(rows).toEqual([
    { status: 'queued', place: 'admitted', type: null, dedup_key: null, data: null },
    canceled,
    canceled,
    { status: 'queued', place: 'waiting', type: null, dedup_key: null, data: null },
  ]);
});

test('a place is given back by its run alone, and a served run had none', async () => {
  const { pool } = database;
  const [first, second] = [
    await givenStatement(pool, own, { place: 'admitted' }),
    await givenStatement(pool, own, { place: 'admitted' }),
  ];
  const served = await givenStatement(pool, own, { place: 'served', servedBy: first });
  for (const id of [first, served]) await inTx((tx) => releasePlace(tx, id));
  expect([await placeIn(first), await placeIn(second), await placeIn(served)]).toEqual([
    'released',
    'admitted',
    'served',
  ]);
});

test('the entrance and the places have a lock each, and a run is canceled under that of the places', async () => {
  const waiting = await givenStatement(database.pool, own);
  const held = async (tx: Tx) =>
    (
      await tx.query<{ objid: number }>(
        `select objid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() order by objid`,
      )
    ).rows.length;
  const counts = await inTx(async (tx) => {
    await lockPlaces(tx);
    const places = await held(tx);
    await lockEntrance(tx);
    return [places, await held(tx)];
  });
  expect(counts).toEqual([1, 2]);
  const whileCanceled = await inTx(async (tx) => {
    await cancelInQueue(tx, waiting);
    return held(tx);
  });
  expect(whileCanceled).toBe(1);
});

test('the statements that many wait for are prepared under their names', async () => {
  const waiting = await givenStatement(database.pool, own);
  const prepared = await inTx(async (tx) => {
    await readQueue(tx);
    await knownOf(tx, {
      commandId: 'c1',
      userId: own.userId,
      dataSource: 'demo',
      fingerprint: 'f1',
      statementHash,
    });
    const row = await loadSqlRun(tx, waiting);
    await tx.query('delete from sql_runs');
    await insertSqlRun(tx, {
      ...row!,
      runId: waiting,
      commandId: null,
      statementHash,
      place: 'waiting',
    });
    return tx.query<{ name: string }>(
      `select name from pg_prepared_statements where name like 'sql.%' order by name`,
    );
  });
  expect(prepared.rows.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['sql.insert_run', 'sql.known', 'sql.read_queue']),
  );
});
