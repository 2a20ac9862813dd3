import {
  compileWorker,
  reaching,
  type WorkerPrograms,
  type WorkerProcess,
} from '../../support/workers/worker-process.js';
import { useSqlHouse } from '../../support/houses/sql-house.js';
import { waitUntil } from '../../support/wait-until.js';

const most = '1000000000000';
const large = {
  SQL_CONFIRM_ROWS: most,
  SQL_CONFIRM_BYTES: most,
  SQL_CONFIRM_COST: most,
  SQL_MAX_ROWS: most,
  SQL_MAX_BYTES: most,
  SQL_MAX_COST: most,
};

/** Statements run in processes that a test can freeze and kill; the rest of the house is here. */
const house = useSqlHouse({ env: large, queues: ['flow'] });
let workers: WorkerPrograms;
beforeAll(async () => {
  workers = await compileWorker('test/e2e/sessions/worker.ts');
});
/** A worker that a failed test left behind would take the statement of the next one. */
const started: WorkerProcess[] = [];
afterEach(() => Promise.all(started.splice(0).map((worker) => worker.kill('SIGKILL'))));
afterAll(() => workers.dispose());

async function startWorker(): Promise<WorkerProcess> {
  const worker = workers.start({
    ...reaching(house),
    SQL_DATA_SOURCES: JSON.stringify([house.shop.source]),
    WORKER_QUEUES: 'sql',
    ...large,
  });
  started.push(worker);
  await waitUntil(() => Promise.resolve(worker.said.includes('ready')), { what: 'the worker is ready' });
  return worker;
}

/** Process ids of the source that run a statement of this session. A try that only begins its transaction does not. */
async function activeOf(id: string): Promise<number[]> {
  const { rows } = await house.shop.pool.query<{ pid: number }>(
    `select pid from pg_stat_activity
      where application_name = $1 and state = 'active' and query ~ '^(declare|fetch) '`,
    [`sluice ${id}`],
  );
  return rows.map(({ pid }) => pid);
}

/** Looks as often as the source answers until it is stopped; gives the most that were active at once. */
function watch(id: string): { stop(): Promise<number> } {
  let [most, isOver] = [0, false];
  const watching = (async () => {
    while (!isOver) most = Math.max(most, (await activeOf(id)).length);
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return most;
    },
  };
}

const running = (id: string, but: readonly number[] = []): Promise<number[]> =>
  waitUntil(
    async () => {
      const pids = await activeOf(id);
      return pids.some((pid) => !but.includes(pid)) && pids;
    },
    { what: 'the statement runs', timeoutMs: 60_000 },
  );

/** Rows so wide that a reader who is frozen soon holds the statement up in the middle of one. */
const stream = `select a.id, repeat('x', 20000), (select count(*) from generate_series(1, 2000) as n where n <> a.id)
                  from customers a, customers b, orders c`;
const endless = `select count(*) from generate_series(1, (select 1000000)) a, generate_series(1, (select 1000000)) b`;

test('a worker that is frozen loses its statement before another one runs it, and does not take it back', async () => {
  const frozen = await startWorker();
  const id = await house.begin({ sql: stream });
  const watching = watch(id);
  const first = await running(id);
  await waitUntil(async () => Number((await house.status(id))['row_count']) > 0, { what: 'rows are coming' });
  frozen.signal('SIGSTOP');
  await startWorker();
  const second = await running(id, first);
  frozen.signal('SIGCONT');
  await waitUntil(async () => Number((await house.status(id))['row_count']) > 0, { what: 'rows come anew' });
  // Between two batches of rows it is not active for a moment.
  expect(await running(id, first)).toEqual(second);
  expect((await house.cancel(id)).status).toBe(202);
  expect(await house.ended(id)).toMatchObject({ status: 'canceled', attempt: 2 });
  await waitUntil(async () => (await activeOf(id)).length === 0, { what: 'nothing of it is left' });
  expect(await watching.stop()).toBe(1);
}, 180_000);

test('a worker that is killed twice in the middle of a statement ends it: an error, a dead letter, nothing at the source', async () => {
  const id = await house.begin({ sql: endless });
  const doomed = await startWorker();
  const first = await running(id);
  await doomed.kill('SIGKILL');
  const next = await startWorker();
  await running(id, first);
  expect(await house.status(id)).toMatchObject({ status: 'processing', attempt: 2 });
  await next.kill('SIGKILL');
  expect(await house.ended(id)).toMatchObject({ status: 'error', error: { code: 'step_timed_out' } });
  await waitUntil(async () => (await activeOf(id)).length === 0, { what: 'nothing of it is left' });
  const { rows } = await house.database.pool.query('select id from dead_letters where run_id = $1', [id]);
  expect(rows).toHaveLength(1);
}, 180_000);
