import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { checkpointedStep } from '../../../src/activities/sessions/checkpointed-step.js';
import { failureTypes } from '../../../src/contracts/errors.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { storeBlob } from '../../../src/db/runs/blobs.js';
import { listStepErrors } from '../../../src/db/runs/checkpoints.js';
import { listEventsAfter } from '../../../src/db/runs/event-reads.js';
import { projectRun } from '../../../src/db/runs/events.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenRun } from '../../support/runs.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(database.pool);
});

/** Runs one try of the step `count`, as a worker would. */
function attempt(
  runId: string,
  produce: () => Promise<string>,
  environment = new MockActivityEnvironment(),
): Promise<{ sha256: string }> {
  return environment.run(() =>
    checkpointedStep(database.pool, {
      runId,
      stepKey: 'count',
      mostFailures: 3,
      produce,
      store: (tx, content) => storeBlob(tx, runId, { content, contentType: 'text/plain' }),
      project: () => ({ events: [{ type: 'job.progress', data: {} }] }),
    }),
  );
}

const eventCount = async (runId: string): Promise<number> =>
  (await listEventsAfter(database.pool, runId, { after: 0, limit: 100 })).length;

test('a step that was done gives its result again without doing anything', async () => {
  const run = await givenRun(database.pool, owner);
  const first = await attempt(run.id, () => Promise.resolve('one'));
  const again = await attempt(run.id, () => Promise.reject(new Error('must not run')));
  expect(again).toEqual(first);
  expect(await eventCount(run.id)).toBe(1);
});

test('of two tries at once both report the result of the one that committed first', async () => {
  const run = await givenRun(database.pool, owner);
  let release = (): void => undefined;
  const both = new Promise<void>((resolve) => (release = resolve));
  let working = 0;
  const produce = async (): Promise<string> => {
    working += 1;
    const content = `try ${working}`;
    if (working === 2) release();
    await both;
    return content;
  };
  const [one, two] = await Promise.all([attempt(run.id, produce), attempt(run.id, produce)]);
  expect(one).toEqual(two);
  expect(await eventCount(run.id)).toBe(1);
});

test('a failed try leaves nothing behind but its error', async () => {
  const run = await givenRun(database.pool, owner);
  await expect(attempt(run.id, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await eventCount(run.id)).toBe(0);
  expect(await listStepErrors(database.pool, run.id)).toMatchObject([
    { step: 'count', try: 1, message: 'no' },
  ]);
});

test('the third failure is the last, however many tries were lost with their workers', async () => {
  const run = await givenRun(database.pool, owner);
  const failing = (attempts: number): Promise<unknown> =>
    attempt(
      run.id,
      () => Promise.reject(new TypeError('no')),
      new MockActivityEnvironment({ attempt: attempts }),
    );
  for (const number of [2, 2, 5]) await expect(failing(number)).rejects.toThrow(TypeError);
  await expect(failing(6)).rejects.toMatchObject({ type: 'TypeError', message: 'no', nonRetryable: true });
});

test('a step of a run that was ended meanwhile stores nothing and is not tried again', async () => {
  const run = await givenRun(database.pool, owner);
  const trying = attempt(run.id, async () => {
    await withTransaction(database.pool, (tx) =>
      projectRun(tx, {
        runId: run.id,
        dedupKey: 'end',
        status: 'canceled',
        events: [{ type: 'job.canceled', data: { state: 'CANCELED' } }],
      }),
    );
    return 'late';
  });
  await expect(trying).rejects.toMatchObject({ type: failureTypes.runEnded, nonRetryable: true });
  const stored = await database.pool.query('select 1 from run_blobs where run_id = $1', [run.id]);
  expect(stored.rowCount).toBe(0);
});

test('work that hangs gives way to a cancel, and that counts as no failed try', async () => {
  const run = await givenRun(database.pool, owner);
  const environment = new MockActivityEnvironment();
  const trying = attempt(run.id, () => new Promise(() => undefined), environment);
  environment.cancel();
  await expect(trying).rejects.toBeInstanceOf(CancelledFailure);
  expect(await listStepErrors(database.pool, run.id)).toEqual([]);
});
