import type { RunOutcome } from '../../../src/contracts/runs/run.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { listEventsAfter } from '../../../src/db/runs/event-reads.js';
import { findRun, type NewRun } from '../../../src/db/runs/runs.js';
import { sectionsOf } from '../../../src/domain/reports/sections.js';
import { useDatabase } from '../../support/servers/database.js';
import { newReportRun, startRun } from '../../support/runs.js';
import { openTcpGate } from '../../support/servers/tcp-gate.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { waitUntil } from '../../support/wait-until.js';
import {
  compileWorker,
  reaching,
  type WorkerPrograms,
  type WorkerProcess,
} from '../../support/workers/worker-process.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
const temporal = useTemporal();
let owner: Principal;
let workers: WorkerPrograms;
beforeAll(async () => {
  owner = await givenUser(database.pool);
  workers = await compileWorker('test/e2e/runs/spine-worker.ts');
});
afterAll(() => workers.dispose());

const start = (env: Record<string, string> = {}): WorkerProcess =>
  workers.start({
    ...reaching({ database, temporal }),
    ...env,
  });

const says = (worker: WorkerProcess, word: string): Promise<unknown> =>
  waitUntil(() => Promise.resolve(worker.said.includes(word)), { what: `the worker says ${word}` });

const outcomeOf = (run: NewRun): Promise<RunOutcome> =>
  temporal.client.workflow.getHandle(run.workflowId).result() as Promise<RunOutcome>;

const SECTIONS = sectionsOf('activity', 'json');

async function expectOneSuccess(run: NewRun): Promise<void> {
  expect((await findRun(database.pool, { viewer: owner, id: run.id }))?.status).toBe('completed');
  const events = await listEventsAfter(database.pool, run.id, { after: 0, limit: 100 });
  const types = [
    'job.started',
    ...['open', ...SECTIONS, 'render'].map(() => 'job.progress'),
    'job.completed',
  ];
  expect(events.map((event) => [event.pos, event.type])).toEqual(
    types.map((type, index) => [index + 1, type]),
  );
  const { rows } = await database.pool.query<{ step_key: string }>(
    'select step_key from run_checkpoints where run_id = $1 order by step_key',
    [run.id],
  );
  const keys = ['basis', 'render', ...SECTIONS.map((name) => `section:${name}`)];
  expect(rows.map((row) => row.step_key)).toEqual(keys.sort());
}

test('a worker that is killed at each stage of a job costs that stage at most, and each job ends well once', async () => {
  const places = ['opening', 'opened', 'gathering usage', 'gathered usage'];
  places.push('rendering', 'storing', 'rendered');
  const stops = places.map((place) => ({ place, run: newReportRun(owner) }));
  const runs = stops.map(({ run }) => run);
  const doomed = start({
    STOPS: JSON.stringify(Object.fromEntries(stops.map(({ place, run }) => [run.id, place]))),
  });
  await says(doomed, 'ready');
  for (const run of runs) await startRun(database.pool, temporal.client, run);
  for (const { place, run } of stops) await says(doomed, `${run.id}: ${place}`);
  await doomed.kill('SIGKILL');
  const next = start();
  const outcomes = await Promise.all(runs.map(outcomeOf));
  expect(outcomes.map((outcome) => outcome.status)).toEqual(places.map(() => 'completed'));
  for (const run of runs) await expectOneSuccess(run);

  const again = (stop: string, ...seen: string[]): number[] => {
    const id = stops.find(({ place }) => place === stop)?.run.id ?? '';
    return seen.map((place) => next.said.filter((said) => said === `${id}: ${place}`).length);
  };
  // In the middle of it: once more, and nothing that was done before.
  expect(again('gathering usage', 'gathering usage', 'gathering runs')).toEqual([1, 0]);
  expect(again('storing', 'storing', 'gathering runs')).toEqual([1, 0]);
  // Committed, and not reported: asked for once more, and not done again.
  expect(again('gathered usage', 'gathered usage', 'gathering usage')).toEqual([1, 0]);
  expect(again('rendered', 'rendered', 'storing')).toEqual([1, 0]);
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
    const gathered = (): boolean => worker.said.some((said) => said.includes('gathered'));
    await waitUntil(() => Promise.resolve(gathered()), { what: 'the worker gathers' });
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
