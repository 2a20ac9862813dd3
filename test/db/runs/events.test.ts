import { runEventsChannel } from '../../../src/contracts/names.js';
import { event } from '../../../src/contracts/event-data.js';
import type { RunProjection } from '../../../src/contracts/runs/projection.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { listEventsAfter } from '../../../src/db/runs/event-reads.js';
import { IllegalTransitionError, projectRun, type ProjectionResult } from '../../../src/db/runs/events.js';
import { findRun, type RunRow } from '../../../src/db/runs/runs.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenRun } from '../../support/runs.js';
import { waitUntil } from '../../support/wait-until.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(database.pool);
});

const project = (projection: RunProjection): Promise<ProjectionResult> =>
  withTransaction(database.pool, (tx) => projectRun(tx, projection));

const started = event('job.started', { state: 'PROCESSING' });
const progressed = event('job.progress', { percent: 10 });
const endings = {
  completed: event('job.completed', { state: 'SUCCESS', result: null }),
  canceled: event('job.canceled', { state: 'CANCELED' }),
};

async function reread(run: RunRow): Promise<RunRow> {
  const found = await findRun(database.pool, { viewer: owner, id: run.id });
  if (found === undefined) throw new Error('the run is gone');
  return found;
}

const positionsOf = async (run: RunRow): Promise<number[]> =>
  (await listEventsAfter(database.pool, run.id, { after: 0, limit: 1_000 })).map((event) => event.pos);

test('events, status and progress of one change are written together, with positions from one on', async () => {
  const run = await givenRun(database.pool, owner);
  const result = await project({
    runId: run.id,
    dedupKey: 'a',
    status: 'running',
    progress: { percent: 10 },
    events: [started, progressed],
  });
  expect(result).toEqual({ kind: 'applied', status: 'running' });
  const after = await reread(run);
  expect(after).toMatchObject({ status: 'running', progress: { percent: 10 }, lastPos: 2, version: 2 });
  expect(after.startedAt).not.toBeNull();
  expect(after.finishedAt).toBeNull();
  expect(await positionsOf(run)).toEqual([1, 2]);
});

test('the same change written again writes nothing, even at the same time from many sides', async () => {
  const run = await givenRun(database.pool, owner);
  const change = { runId: run.id, dedupKey: 'once', status: 'running', events: [started] } as const;
  const results = await Promise.all(Array.from({ length: 12 }, () => project(change)));
  expect(results.filter((result) => result.kind === 'applied')).toHaveLength(1);
  expect(results.filter((result) => result.kind === 'repeated')).toHaveLength(11);
  expect(await positionsOf(run)).toEqual([1]);
});

test('many writers at once leave positions without gap and without a double', async () => {
  const run = await givenRun(database.pool, owner);
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      project({
        runId: run.id,
        dedupKey: `w${index}`,
        events: index % 3 === 0 ? [progressed, progressed] : [progressed],
      }),
    ),
  );
  const positions = await positionsOf(run);
  expect(positions).toEqual(Array.from({ length: 54 }, (_, index) => index + 1));
  expect((await reread(run)).lastPos).toBe(54);
});

test('a change whose transaction fails leaves no event and no position behind', async () => {
  const run = await givenRun(database.pool, owner);
  const failing = withTransaction(database.pool, async (tx) => {
    await projectRun(tx, { runId: run.id, dedupKey: 'lost', events: [started] });
    throw new Error('crash');
  });
  await expect(failing).rejects.toThrow('crash');
  await project({ runId: run.id, dedupKey: 'kept', events: [progressed] });
  expect(
    (await listEventsAfter(database.pool, run.id, { after: 0, limit: 10 })).map(({ pos, type }) => [
      pos,
      type,
    ]),
  ).toEqual([[1, 'job.progress']]);
});

test('of two that end a run at once one wins, and nothing is written afterwards', async () => {
  const run = await givenRun(database.pool, owner);
  const ending = (status: 'completed' | 'canceled'): Promise<ProjectionResult> =>
    project({ runId: run.id, dedupKey: status, status, events: [endings[status]] });
  const kinds = (await Promise.all([ending('completed'), ending('canceled')])).map((result) => result.kind);
  expect(kinds.sort()).toEqual(['applied', 'finished']);
  const ended = await reread(run);
  expect(await project({ runId: run.id, dedupKey: 'late', status: 'running', events: [progressed] })).toEqual(
    {
      kind: 'finished',
      status: ended.status,
    },
  );
  expect(await reread(run)).toEqual(ended);
  expect(await positionsOf(run)).toEqual([1]);
});

test('the change that ended a run, projected again, counts as repeated and not as too late', async () => {
  const run = await givenRun(database.pool, owner);
  const ending = {
    runId: run.id,
    dedupKey: 'end',
    status: 'completed',
    events: [endings.completed],
  } as const;
  expect((await project(ending)).kind).toBe('applied');
  expect((await project(ending)).kind).toBe('repeated');
});

test('a run that is running cannot go back to the queue', async () => {
  const run = await givenRun(database.pool, owner);
  await project({ runId: run.id, dedupKey: '1', status: 'running', events: [started] });
  await expect(project({ runId: run.id, dedupKey: '2', status: 'queued' })).rejects.toBeInstanceOf(
    IllegalTransitionError,
  );
});

test('older progress does not replace newer progress, but its events are kept', async () => {
  const run = await givenRun(database.pool, owner);
  await project({
    runId: run.id,
    dedupKey: '1',
    status: 'paused',
    progress: { version: 5 },
    events: [progressed],
  });
  await project({
    runId: run.id,
    dedupKey: '2',
    status: 'running',
    progress: { version: 4 },
    events: [progressed],
  });
  expect(await reread(run)).toMatchObject({ status: 'paused', progress: { version: 5 }, lastPos: 2 });
});

test('a run that is no longer kept is reported as gone', async () => {
  expect(await project({ runId: 'job_none', dedupKey: '1', events: [started] })).toEqual({
    kind: 'gone',
    status: null,
  });
});

test('text that PostgreSQL cannot hold is replaced, not refused', async () => {
  const run = await givenRun(database.pool, owner);
  const data = { phase: 'a\u0000b\ud800c \\u0000 \u{1f600}' };
  await project({ runId: run.id, dedupKey: '1', events: [{ type: 'job.progress', data }] });
  const [event] = await listEventsAfter(database.pool, run.id, { after: 0, limit: 1 });
  expect(event?.data).toEqual({ phase: 'a\ufffdb\ufffdc \\u0000 \u{1f600}' });
});

test('one commit is announced once, with the run and its last position, and a rollback not at all', async () => {
  const [run, other] = [await givenRun(database.pool, owner), await givenRun(database.pool, owner)];
  const client = await database.pool.connect();
  const heard: string[] = [];
  client.on('notification', (message) => heard.push(message.payload ?? ''));
  await client.query(`listen ${runEventsChannel}`);
  const refused = withTransaction(database.pool, async (tx) => {
    await projectRun(tx, { runId: other.id, dedupKey: '1', events: [started] });
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  await project({ runId: run.id, dedupKey: '1', events: [started, progressed, progressed] });
  await waitUntil(async () => heard.includes(`${run.id}:3`), { what: 'the first announcement' });
  await Promise.all(
    ['2', '3', '4'].map((dedupKey) => project({ runId: run.id, dedupKey, events: [progressed] })),
  );
  // Commits at once may be announced in another order.
  const ofOurs = () => heard.filter((payload) => payload.startsWith(run.id) || payload.startsWith(other.id));
  await waitUntil(async () => ofOurs().length >= 4, { what: 'all announcements' });
  client.release(true);
  expect(ofOurs().sort()).toEqual([3, 4, 5, 6].map((position) => `${run.id}:${position}`));
});
