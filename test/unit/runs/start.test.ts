import { createRunStarter } from '../../../src/operations/runs/run-starter.js';
import type { StartableRun } from '../../../src/contracts/runs/startable-run.js';
import type { Tx } from '../../../src/db/base/transaction.js';
import { createLogger } from '../../../src/platform/logger.js';
import type { RunControl } from '../../../src/platform/temporal/run-control.js';
import { waitUntil } from '../../support/wait-until.js';

const logger = createLogger({ level: 'silent', service: 'test' });
const run: StartableRun = {
  id: 'job_1',
  title: '',
  workflowId: 'report:job_1',
  workflowType: 'generateReport',
  taskQueue: 'flow',
  workflowInput: {},
};

/** A Temporal that fails a given number of times. */
function controlThatFails(times: number): RunControl & { launches: number } {
  return {
    launches: 0,
    launch() {
      this.launches += 1;
      return this.launches <= times ? Promise.reject(new Error('away')) : Promise.resolve();
    },
    cancel: () => Promise.resolve('asked'),
    listBadEnds: () => Promise.resolve([]),
    identity: () => Promise.resolve({ namespaceId: '', namespace: '', clusterId: null }),
    call: () => Promise.resolve(),
    inspect: () => Promise.resolve({ kind: 'not_found' }),
  };
}

/** A transaction that commits on demand. */
function pendingCommit(): Tx & { commit(): void } {
  const actions: (() => void)[] = [];
  return {
    query: () => Promise.reject(new Error('no statements here')),
    afterCommit: (action) => void actions.push(action),
    announce: () => undefined,
    commitWith: (sent) => sent,
    commit: () => actions.forEach((action) => action()),
  };
}

test('nothing is started before the commit, and nothing at all after a rollback', async () => {
  const control = controlThatFails(0);
  const starter = createRunStarter(control, logger);
  const [committed, rolledBack] = [pendingCommit(), pendingCommit()];
  starter.startAfterCommit(committed, run);
  starter.startAfterCommit(rolledBack, run);
  expect(control.launches).toBe(0);
  committed.commit();
  await starter.drain();
  expect(control.launches).toBe(1);
});

test('a start that fails is tried again a few times and then left to the sweeper', async () => {
  const [recovers, stays] = [controlThatFails(1), controlThatFails(Infinity)];
  for (const control of [recovers, stays]) {
    const tx = pendingCommit();
    createRunStarter(control, logger).startAfterCommit(tx, run);
    tx.commit();
  }
  await waitUntil(() => Promise.resolve(recovers.launches === 2), { what: 'the second try' });
  await waitUntil(() => Promise.resolve(stays.launches === 3), { what: 'the third try' });
});

test('a process that stops waits for the try under way and begins no other', async () => {
  const control = controlThatFails(Infinity);
  const starter = createRunStarter(control, logger);
  const tx = pendingCommit();
  starter.startAfterCommit(tx, run);
  tx.commit();
  await starter.drain();
  expect(control.launches).toBe(1);
  tx.commit();
  await starter.drain();
  expect(control.launches).toBe(1);
});

test('while Temporal is away only a few starts are tried, and all of them once it is back', async () => {
  const control = controlThatFails(1);
  const starter = createRunStarter(control, logger);
  const startMany = async (count: number): Promise<number> => {
    const before = control.launches;
    const tx = pendingCommit();
    for (let index = 0; index < count; index += 1) starter.startAfterCommit(tx, run);
    tx.commit();
    await Promise.resolve();
    return control.launches - before;
  };
  expect(await startMany(1)).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await startMany(50)).toBe(7);
  await waitUntil(() => Promise.resolve(control.launches === 9), {
    what: 'the start that failed, tried again',
  });
  expect(await startMany(50)).toBe(50);
  await starter.drain();
});
