import type { RunOutcome } from '../../src/contracts/run.js';
import type { Principal } from '../../src/contracts/principal.js';
import { listEventsAfter } from '../../src/db/run-event-reads.js';
import { findRun, type NewRun } from '../../src/db/runs.js';
import { useDatabase } from '../support/database.js';
import { givenUser, newReportRun } from '../support/runs.js';
import { startRun } from '../support/spine.js';
import { openTcpGate } from '../support/tcp-gate.js';
import { useTemporal } from '../support/temporal.js';
import { waitUntil } from '../support/wait-until.js';
import { compileWorker, type WorkerPrograms, type WorkerProcess } from '../support/worker-process.js';

const database = useDatabase();
const temporal = useTemporal();
let owner: Principal;
let workers: WorkerPrograms;
beforeAll(async () => {
  owner = await givenUser(database.pool);
  workers = await compileWorker('test/e2e/spine-worker.ts');
});
afterAll(() => workers.dispose());

const start = (env: Record<string, string> = {}): WorkerProcess =>
  workers.start({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    ...env,
  });

const says = (worker: WorkerProcess, word: string): Promise<unknown> =>
  waitUntil(() => Promise.resolve(worker.said.includes(word)), { what: `the worker says ${word}` });

const outcomeOf = (run: NewRun): Promise<RunOutcome> =>
  temporal.client.workflow.getHandle(run.workflowId).result() as Promise<RunOutcome>;

async function expectOneSuccess(run: NewRun): Promise<void> {
  expect((await findRun(database.pool, owner, run.id))?.status).toBe('completed');
  const events = await listEventsAfter(database.pool, run.id, 0, 100);
  expect(events.map((event) => [event.pos, event.type])).toEqual([
    [1, 'job.started'],
    [2, 'job.progress'],
    [3, 'job.progress'],
    [4, 'job.completed'],
  ]);
  const { rows } = await database.pool.query<{ step_key: string }>(
    'select step_key from run_checkpoints where run_id = $1 order by step_key',
    [run.id],
  );
  expect(rows.map((row) => row.step_key)).toEqual(['gather', 'render']);
}

test('a worker that is killed in the middle of a step costs that step, and the job ends well once', async () => {
  const doomed = start({ STOP_AT: 'produce' });
  await says(doomed, 'ready');
  const run = newReportRun(owner);
  await startRun(database.pool, temporal.client, run);
  await says(doomed, 'gathering');
  await doomed.kill('SIGKILL');
  const next = start();
  expect((await outcomeOf(run)).status).toBe('completed');
  expect(next.said.filter((word) => word === 'gathering')).toHaveLength(1);
  await expectOneSuccess(run);
  await next.kill('SIGTERM');
});

test('a worker that is killed after a step was committed and before it was reported costs nothing', async () => {
  const doomed = start({ STOP_AT: 'report' });
  await says(doomed, 'ready');
  const run = newReportRun(owner);
  await startRun(database.pool, temporal.client, run);
  await says(doomed, 'gathered');
  await doomed.kill('SIGKILL');
  const next = start();
  expect((await outcomeOf(run)).status).toBe('completed');
  expect(next.said).not.toContain('gathering');
  await expectOneSuccess(run);
  await next.kill('SIGTERM');
});

test('workers that are killed again and again lose no job and double no event', async () => {
  const runs = Array.from({ length: 20 }, () => newReportRun(owner));
  let worker = start();
  await says(worker, 'ready');
  const outcomes = Promise.all(
    runs.map(async (run) => {
      await startRun(database.pool, temporal.client, run);
      return outcomeOf(run);
    }),
  );
  for (let kills = 0; kills < 3; kills += 1) {
    await says(worker, 'gathered');
    await worker.kill('SIGKILL');
    worker = start();
  }
  expect((await outcomes).map((outcome) => outcome.status)).toEqual(runs.map(() => 'completed'));
  for (const run of runs) await expectOneSuccess(run);
  await worker.kill('SIGTERM');
});

test('a worker that boots while Temporal is away keeps trying, and works once it is there', async () => {
  const gate = await openTcpGate(temporal.address);
  await gate.close();
  const worker = start({ TEMPORAL_ADDRESS: gate.address });
  await says(worker, 'booted');
  await gate.open();
  const run = newReportRun(owner);
  await startRun(database.pool, temporal.client, run);
  expect((await outcomeOf(run)).status).toBe('completed');
  await worker.kill('SIGTERM');
  await gate.close();
});

test('a worker that is asked to stop ends by itself, with 0', async () => {
  const worker = start();
  await says(worker, 'ready');
  expect(await worker.kill('SIGTERM')).toBe(0);
});
