import type { Principal } from '../../../src/contracts/users/principal.js';
import { sql } from '../../../src/db/base/sql.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { deleteUnusedBlobs, storeBlob } from '../../../src/db/runs/blobs.js';
import { listChangesAfter, listNewestChanges } from '../../../src/db/runs/changes.js';
import {
  countSteps,
  findCheckpoint,
  insertCheckpoint,
  listStepErrors,
  recordStepError,
} from '../../../src/db/runs/checkpoints.js';
import {
  listEventsAfter,
  listEventsOfRunsAfter,
  listRunPositions,
} from '../../../src/db/runs/event-reads.js';
import { projectRun, projectStep } from '../../../src/db/runs/events.js';
import {
  clearHandedOver,
  listOpenRunsOf,
  listUnfinishedCancels,
  listUnstartedRuns,
  markChecked,
  markHandedOver,
} from '../../../src/db/runs/maintenance.js';
import { carryOn, findResult, isRunOver, type RunRow } from '../../../src/db/runs/runs.js';
import { takeTurn } from '../../../src/db/runs/temporal-home.js';
import type { RunProjection } from '../../../src/contracts/runs/projection.js';
import { useDatabase } from '../../support/servers/database.js';
import { endRun, givenRun } from '../../support/runs.js';
import { givenUser } from '../../support/people.js';
import { waitUntil } from '../../support/wait-until.js';

const database = useDatabase();
let owner: Principal;
beforeEach(async () => {
  await database.pool.query('delete from runs');
  owner = await givenUser(database.pool);
});

const run = (more: Parameters<typeof givenRun>[2] = {}) => givenRun(database.pool, owner, more);
const end = ({ id }: { id: string }, ...how: [status?: string, at?: string]) =>
  endRun(database.pool, id, ...how);
const project = (projection: RunProjection) =>
  withTransaction(database.pool, (tx) => projectRun(tx, projection));
const progressed = { type: 'job.progress', data: { percent: 1 } } as const;

async function rowOf({ id }: { id: string }): Promise<Record<string, unknown>> {
  const { rows } = await database.pool.query<Record<string, unknown>>('select * from runs where id = $1', [
    id,
  ]);
  return rows[0]!;
}

test('the error of a run stays until a change takes it away, and no other run has it', async () => {
  const [one, beside] = [await run(), await run()];
  const error = { code: 'store_full', message: 'no room' };
  await project({ runId: one.id, dedupKey: '1', status: 'running', error } as RunProjection);
  await project({ runId: one.id, dedupKey: '2', events: [progressed] });
  expect(await rowOf(one)).toMatchObject({ error, status: 'running' });
  expect(await rowOf(beside)).toMatchObject({ error: null, status: 'queued', last_pos: 0, version: 1 });
  await project({ runId: one.id, dedupKey: '3', error: null } as RunProjection);
  expect(await rowOf(one)).toMatchObject({ error: null });
});

test.each([
  ['of a step at the same version is outdated', { version: 5, provisional: true }, 5, 'paused'],
  ['of a step at the next version wins', { version: 6, provisional: true }, 6, 'running'],
  ['of the workflow at the same version wins', { version: 5 }, 5, 'running'],
  ['of the workflow at an older version is outdated', { version: 4 }, 5, 'paused'],
  ['of the workflow after a reset wins at any version', { version: 2, authoritative: true }, 2, 'running'],
])('the progress %s', async (_which, { version, ...more }, stored, status) => {
  const one = await run();
  await project({ runId: one.id, dedupKey: '1', status: 'paused', progress: { version: 5 } });
  await project({
    runId: one.id,
    dedupKey: '2',
    status: 'running',
    progress: { version },
    ...more,
  } as RunProjection);
  expect(await rowOf(one)).toMatchObject({ progress: { version: stored }, status });
});

test('a step writes nothing to a run that has ended, or without its condition', async () => {
  const [ended, open] = [await run(), await run()];
  await end(ended);
  const step = (runId: string, condition = sql`and true`) =>
    withTransaction(database.pool, (tx) =>
      projectStep(tx, { runId, dedupKey: 'step', events: [progressed] }, condition),
    );
  await step(ended.id);
  await step(open.id, sql`and false`);
  await step(open.id);
  await step(open.id);
  expect([(await rowOf(ended))['last_pos'], (await rowOf(open))['last_pos']]).toEqual([0, 1]);
});

test('the newest changes are the last of the last transactions, and are told the oldest first', async () => {
  const [one, two] = [await run(), await run()].sort((a, b) => a.id.localeCompare(b.id)) as [RunRow, RunRow];
  const write = (...places: [{ id: string }, number][]) =>
    withTransaction(database.pool, async (tx) => {
      for (const [{ id }, pos] of places)
        await tx.query(
          `insert into run_events (run_id, pos, type, data) values ($1, $2, 'job.progress', '{}')`,
          [id, pos],
        );
    });
  await write([one, 1]);
  await write([two, 2], [one, 3], [two, 1], [one, 2]);
  await write([two, 3]);
  const places = (changes: readonly { runId: string; pos: number }[]) =>
    changes.map(({ runId, pos }) => `${runId === one.id ? 'one' : 'two'} ${pos}`);
  const all = ['one 1', 'one 2', 'one 3', 'two 1', 'two 2', 'two 3'];
  // A transaction of another test file may hold the horizon for a moment.
  const isSettled = async () => (await listNewestChanges(database.pool, 10)).changes.length === all.length;
  await waitUntil(isSettled, { what: 'the horizon behind all changes' });
  for (const limit of [1, 2, 3, 4, 5, 6, 7])
    expect(places((await listNewestChanges(database.pool, limit)).changes)).toEqual(all.slice(-limit));
  const { changes } = await listNewestChanges(database.pool, 10);
  const [first, second] = changes;
  const after = async (place: { tx: number; runId: string; pos: number }, limit = 10) =>
    places((await listChangesAfter(database.pool, place, limit)).changes);
  expect(await after(second!)).toEqual(all.slice(2));
  expect(await after(second!, 2)).toEqual(all.slice(2, 4));
  expect(await after({ tx: second!.tx, runId: '', pos: 0 })).toEqual(all.slice(1));
  expect(first).toMatchObject({ kind: 'report', ownerId: owner.userId });
  await database.pool.query(`update run_events set at = now() - interval '2 days' where run_id = $1`, [
    one.id,
  ]);
  expect(await after({ tx: 0, runId: '', pos: 0 })).toEqual(['two 1', 'two 2', 'two 3']);
});

test('events of runs come in order, each behind its own place and up to the limit', async () => {
  const [one, two, three] = [await run(), await run(), await run()];
  for (const { id } of [one, two, three])
    for (const pos of [3, 1, 2])
      await database.pool.query(
        `insert into run_events (run_id, pos, type, data) values ($1, $2, 'job.progress', '{}')`,
        [id, pos],
      );
  const ofOne = async (after: number, limit: number) =>
    (await listEventsAfter(database.pool, one.id, { after, limit })).map(({ pos }) => pos);
  expect([await ofOne(0, 2), await ofOne(1, 5), await ofOne(3, 5)]).toEqual([[1, 2], [2, 3], []]);
  const wanted = [
    { runId: two.id, after: 0 },
    { runId: one.id, after: 1 },
  ];
  const places = (await listEventsOfRunsAfter(database.pool, wanted, 2)).map(({ runId, pos }) => [
    runId,
    pos,
  ]);
  expect(places).toEqual(
    [
      [one.id, 2],
      [one.id, 3],
      [two.id, 1],
      [two.id, 2],
    ].sort((a, b) => String(a[0]).localeCompare(String(b[0])) || Number(a[1]) - Number(b[1])),
  );
  await end(two);
  const positions = await listRunPositions(database.pool, [one.id, two.id, 'job_none']);
  expect(positions).toHaveLength(2);
  expect(positions).toContainEqual({ runId: one.id, lastPos: 0, finished: false });
  expect(positions).toContainEqual({ runId: two.id, lastPos: 0, finished: true });
});

test('the runs of the named workflows are told, those that have not ended', async () => {
  const [open, ended, other] = [await run(), await run(), await run()];
  await end(ended);
  const found = await listOpenRunsOf(database.pool, [open.workflowId, ended.workflowId]);
  expect(found.map(({ id }) => id)).toEqual([open.id]);
  expect(await listOpenRunsOf(database.pool, [])).toEqual([]);
  expect((await listOpenRunsOf(database.pool, [other.workflowId])).map(({ id }) => id)).toEqual([other.id]);
});

test('a run that waits for its start is told after a while, the oldest first, unless it needs none', async () => {
  const aged = async (seconds: number, change = '') => {
    const { id } = await run();
    await database.pool.query(
      `update runs set created_at = now() - make_interval(secs => $2) ${change} where id = $1`,
      [id, seconds],
    );
    return id;
  };
  const [newer, older] = [await aged(90), await aged(120)];
  await aged(10);
  await aged(95, `, status = 'running'`);
  await aged(95, ', cancel_requested_at = now()');
  await aged(95, `, status = 'canceled', finished_at = now()`);
  const handed = await aged(95);
  await markHandedOver(database.pool, handed);
  const told = async () => (await listUnstartedRuns(database.pool, 60_000)).map(({ id }) => id);
  expect(await told()).toEqual([older, newer]);
  await clearHandedOver(database.pool, handed);
  expect(await told()).toEqual([older, handed, newer]);
  await markHandedOver(database.pool, handed);
  await database.pool.query(`update runs set status = 'running' where id = $1`, [handed]);
  await clearHandedOver(database.pool, handed);
  expect((await rowOf({ id: handed }))['handed_over_at']).not.toBeNull();
  expect((await rowOf({ id: newer }))['handed_over_at']).toBeNull();
});

test('a wish to cancel that is not fulfilled is told after a while, the longest first', async () => {
  const wished = async (seconds: number) => {
    const one = await run();
    await database.pool.query(
      'update runs set cancel_requested_at = now() - make_interval(secs => $2) where id = $1',
      [one.id, seconds],
    );
    return one;
  };
  const [newer, older] = [await wished(90), await wished(120)];
  await wished(10);
  await run();
  await end(await wished(100), 'canceled');
  const told = await listUnfinishedCancels(database.pool, 60_000);
  expect(told.map(({ id }) => id)).toEqual([older.id, newer.id]);
  await markChecked(database.pool, older.id);
  const checked = async (of: { id: string }) => (await rowOf(of))['checked_at'];
  expect(await checked(older)).not.toBe(await checked(newer));
});

test('content that no run has goes when it is old, however much young content lies before it', async () => {
  const { id } = await run();
  const store = (text: string) => storeBlob(database.pool, id, { content: text, contentType: 'text/plain' });
  await database.pool.query(
    'delete from blobs where not exists (select from run_blobs where run_blobs.sha256 = blobs.sha256)',
  );
  for (const text of ['young 1', 'young 2', 'young 3']) await store(text);
  const old = [await store('old 1'), await store('old 2')];
  await database.pool.query('delete from run_blobs');
  await database.pool.query(
    `update blobs set touched_at = now() - interval '25 hours' where sha256 = any(select decode(hash, 'hex') from unnest($1::text[]) as hash)`,
    [old.map(({ sha256 }) => sha256)],
  );
  expect(await deleteUnusedBlobs(database.pool, 1)).toBe(1);
  expect([await deleteUnusedBlobs(database.pool, 9), await deleteUnusedBlobs(database.pool, 9)]).toEqual([
    1, 0,
  ]);
});

test('a checkpoint and the errors of a step belong to one step of one run', async () => {
  const [one, other] = [await run(), await run()];
  const place = { runId: one.id, stepKey: 'write:1' };
  await insertCheckpoint(database.pool, place, { page: 1 });
  await insertCheckpoint(database.pool, { ...place, stepKey: 'send' }, null);
  expect(await findCheckpoint(database.pool, place)).toEqual({ output: { page: 1 } });
  expect(await findCheckpoint(database.pool, { ...place, stepKey: 'send' })).toEqual({ output: null });
  expect(await findCheckpoint(database.pool, { ...place, runId: other.id })).toBeUndefined();
  const count = (runId: string, start: string) => countSteps(database.pool, runId, start);
  expect([await count(one.id, 'write:'), await count(one.id, ''), await count(other.id, '')]).toEqual([
    1, 2, 0,
  ]);
  const fail = (runId: string, stepKey: string, attempt: number) =>
    recordStepError(
      database.pool,
      { runId, stepKey },
      { attempt, error: { type: 'Error', message: `try ${attempt}` } },
    );
  expect([
    await fail(one.id, 'write', 1),
    await fail(one.id, 'write', 1),
    await fail(one.id, 'write', 2),
  ]).toEqual([1, 1, 2]);
  expect([
    await fail(one.id, 'read', 1),
    await fail(other.id, 'write', 1),
    await fail('job_none', 'write', 1),
  ]).toEqual([1, 1, 0]);
  await database.pool.query(`update run_step_errors set at = '2026-01-01' where step_key = 'write'`);
  const errors = await listStepErrors(database.pool, one.id);
  expect(errors.map(({ step, try: number }) => `${step} ${number}`)).toEqual([
    'write 1',
    'write 2',
    'read 1',
  ]);
  expect(errors[0]).toMatchObject({ type: 'Error', message: 'try 1' });
});

test('a run is over when it has ended or is gone, and its result is told when it was completed', async () => {
  const [open, done, failed] = [await run(), await run(), await run()];
  await database.pool.query(`update runs set result = '{"key":"k"}' where id = any($1)`, [
    [open.id, done.id, failed.id],
  ]);
  await end(done);
  await end(failed, 'failed');
  const over = [open.id, done.id, failed.id, 'job_none'].map((id) => isRunOver(database.pool, id));
  expect(await Promise.all(over)).toEqual([false, true, true, true]);
  const results = [open.id, done.id, failed.id].map((id) => findResult(database.pool, id));
  expect(await Promise.all(results)).toEqual([undefined, { key: 'k' }, undefined]);
  const before = (await rowOf(done))['workflow_input'];
  expect([
    await carryOn(database.pool, open.id, { n: 1 }),
    await carryOn(database.pool, open.id, { n: 2 }),
  ]).toEqual([2, 3]);
  expect((await rowOf(open))['workflow_input']).toEqual({ n: 2 });
  expect((await rowOf(done))['workflow_input']).toEqual(before);
});

test('a turn is taken by one alone until its time has passed, each name by itself', async () => {
  const turn = (name: string) => takeTurn(database.pool, name, 3_600_000);
  expect([await turn('sweep'), await turn('sweep'), await turn('prune')]).toEqual([true, false, true]);
  await database.pool.query(`update maintenance_turns set next_at = now() where name = 'sweep'`);
  expect([await turn('sweep'), await turn('sweep'), await turn('prune')]).toEqual([true, false, false]);
});
