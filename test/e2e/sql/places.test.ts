import type { WorkflowHandle } from '@temporalio/client';
import { workflowIdOf } from '../../../src/contracts/names.js';
import { useSqlHouse } from '../../support/houses/sql-house.js';
import { waitUntil } from '../../support/wait-until.js';
import { localActivitiesOf } from '../../support/workers/scheduled-activities.js';
import { detailsOf } from '../../support/workers/seen-activities.js';

const house = useSqlHouse({
  env: { SQL_MAX_CONCURRENT_SESSIONS: '2', SQL_QUEUE_MAX: '4', SQL_LOCK_TIMEOUT_MS: '120000' },
});

/** Runs until it is canceled; the planner cannot see how much there is to do. Each number is another statement. */
const endless = (number: number) =>
  `select count(*) from generate_series(1, (select 1000000)) a, generate_series(1, (select 1000000)) b where a <> ${number}`;

const historyOf = async (workflow: WorkflowHandle) => (await workflow.fetchHistory()).events ?? [];

/** In this shop: other suites run statements on the same server. */
const running = async (): Promise<number> => {
  const { rows } = await house.shop.pool.query<{ count: number }>(
    `select count(distinct application_name) from pg_stat_activity
      where datname = current_database() and application_name like 'sluice sql\\_%' and state <> 'idle'`,
  );
  return rows[0]?.count ?? 0;
};

/** The most that ran at once, looked at as often as the source answers, until it is stopped. */
function watchRunning(): { stop(): Promise<number> } {
  let [most, isOver] = [0, false];
  const watching = (async () => {
    while (!isOver) most = Math.max(most, await running());
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return most;
    },
  };
}

test('no more run than have a place; the others wait in turn, visibly, and over the cap the answer is 429', async () => {
  const [first, second] = [await house.begin({ sql: endless(1) }), await house.begin({ sql: endless(2) })];
  await waitUntil(async () => (await running()) === 2, { what: 'both run' });
  const third = await house.begin({ sql: endless(3) });
  const fourth = await house.begin({ sql: endless(4) });
  const bobs = await house.executeAsync({ sql: endless(5) }, house.bob);
  // Ana has two running and two waiting: Bob, who has nothing, is next.
  expect(bobs.body).toMatchObject({ queue_position: 1 });
  const bob = String(bobs.body['session_id']);
  expect(await house.status(third)).toMatchObject({
    status: 'processing',
    phase: 'queued',
    progress_percentage: 0,
    basis: 'none',
    queue_position: 2,
    waiting_on: 'a place',
  });
  expect(await house.status(fourth)).toMatchObject({ queue_position: 3 });
  const workflow = house.temporal.client.workflow.getHandle(workflowIdOf('sql', fourth));
  // The workflow starts behind the answer.
  const waits = async (): Promise<boolean> =>
    (await detailsOf(workflow).catch(() => '')) === '**Waiting** for a place';
  await waitUntil(waits, { what: 'what the Temporal Web UI says' });
  const sixth = await house.begin({ sql: endless(6) });
  const refused = await house.executeAsync({ sql: endless(7) });
  expect([refused.status, refused.body['code']]).toEqual([429, 'sql_queue_full']);
  expect(refused.headers['retry-after']).toBeDefined();
  expect(await running()).toBe(2);

  // A waiting run is canceled at once.
  expect((await house.cancel(sixth)).body).toMatchObject({ status: 'canceled', is_complete: true });

  const watch = watchRunning();
  await house.cancel(first);
  await waitUntil(async () => (await house.backendsOf(bob)) === 1, { what: 'Bob has the free place' });
  expect(await house.backendsOf(third)).toBe(0);
  await house.cancel(second);
  await waitUntil(async () => (await house.backendsOf(third)) === 1, { what: 'then the third' });
  expect(await running()).toBe(2);
  expect(await watch.stop()).toBe(2);
  for (const [id, user] of [
    [bob, house.bob],
    [third, house.ana],
    [fourth, house.ana],
  ] as const) {
    await house.cancel(id, user);
    expect(await house.ended(id, user)).toMatchObject({ status: 'canceled' });
  }
  await waitUntil(async () => (await running()) === 0, { what: 'all are gone' });
  // It asked when it was called and every few seconds, and not all the time.
  await workflow.result();
  const asked = (await localActivitiesOf(workflow)).filter((name) => name === 'admitSql');
  expect(asked.length).toBeLessThan(30);
});

test('a statement that runs already is not run again: who sends it later gets the same rows', async () => {
  const sql = `select count(*) as n from generate_series(1, 3000) a, generate_series(1, 3000) b where a + b > 5999`;
  const [leader, follower] = [await house.begin({ sql }), await house.begin({ sql }, house.bob)];
  expect(await house.ended(leader)).toMatchObject({ status: 'completed', cached: false });
  expect(await house.ended(follower, house.bob)).toMatchObject({ status: 'completed', cached: true });
  const [mine, theirs] = [await house.results(leader), await house.results(follower, '', house.bob)];
  expect(theirs.body['rows']).toEqual(mine.body['rows']);
  expect((await house.results(leader, '', house.bob)).status).toBe(404);
});

test('who follows a statement that is canceled runs it after all', async () => {
  const sql = `select count(*) as n from generate_series(1, 2000) a, generate_series(1, 6000) b where a + b > 7998`;
  const [leader, follower] = [await house.begin({ sql }), await house.begin({ sql }, house.bob)];
  expect(await house.status(follower, house.bob)).toMatchObject({
    waiting_on: 'a run of the same statement',
  });
  await house.cancel(leader);
  expect(await house.ended(leader)).toMatchObject({ status: 'canceled' });
  expect(await house.ended(follower, house.bob)).toMatchObject({
    status: 'completed',
    cached: false,
    row_count: 1,
  });
});

test('a run whose workflow is gone gives its place back', async () => {
  const id = await house.begin({ sql: endless(9) });
  await waitUntil(async () => (await house.backendsOf(id)) === 1, { what: 'it runs' });
  await house.temporal.client.workflow.getHandle(`sql:${id}`).terminate('a test');
  await house.database.pool.query(`update runs set status = 'failed', finished_at = now() where id = $1`, [
    id,
  ]);
  await waitUntil(async () => (await house.backendsOf(id)) === 0, { what: 'its statement is gone' });
  const [next, other] = [await house.begin({ sql: endless(10) }), await house.begin({ sql: endless(11) })];
  await waitUntil(async () => (await running()) === 2, { what: 'both places are taken' });
  for (const each of [next, other]) await house.cancel(each);
  for (const each of [next, other]) await house.ended(each);
});

test('a statement that waits for a lock says so, and who holds it', async () => {
  const before = [await house.begin({ sql: endless(12) }), await house.begin({ sql: endless(13) })];
  await waitUntil(async () => (await running()) === 2, { what: 'both places are taken' });
  const id = await house.begin({ sql: 'select count(*) from customers' });
  const holder = await house.shop.pool.connect();
  try {
    await holder.query('begin');
    await holder.query('lock table customers in access exclusive mode');
    const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
    for (const each of before) await house.cancel(each);
    await waitUntil(
      async () => {
        const { waiting_on: waitingOn } = await house.status(id);
        return waitingOn === `Lock: relation, held by process ${rows[0]?.pid}`;
      },
      { what: 'it names the lock that it waits for' },
    );
  } finally {
    await holder.query('rollback');
    holder.release();
  }
  expect(await house.ended(id)).toMatchObject({ status: 'completed', waiting_on: null });
});

test('a run that nobody calls looks for a place by itself, ever more seldom, and a free place wakes it', async () => {
  const both = [await house.begin({ sql: endless(14) }), await house.begin({ sql: endless(15) })];
  await waitUntil(async () => (await running()) === 2, { what: 'both places are taken' });
  const workflow = house.temporal.client.workflow.getHandle(
    workflowIdOf('sql', await house.begin({ sql: 'select 1 as one' })),
  );
  const looks = async (): Promise<number[]> =>
    (await historyOf(workflow)).flatMap(({ timerStartedEventAttributes: timer }) =>
      timer ? Number(timer.startToFireTimeout?.seconds) : [],
    );
  // The workflow starts behind the answer.
  const looksTwice = async (): Promise<boolean> => (await looks().catch(() => [])).length === 2;
  await waitUntil(looksTwice, { what: 'its second wait' });
  expect(await looks()).toEqual([5, 10]);
  await house.cancel(both[0]!);
  await workflow.result();
  expect((await historyOf(workflow)).filter((each) => each.timerCanceledEventAttributes)).toHaveLength(1);
  await house.cancel(both[1]!);
});
