import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import type { MaintenanceSummary } from '../../../src/contracts/runs/maintenance.js';
import { scheduleIds, taskQueues } from '../../../src/contracts/names.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { listEventsAfter } from '../../../src/db/runs/event-reads.js';
import { projectRun } from '../../../src/db/runs/events.js';
import { findRun, insertRun, requestCancel, type NewRun, type RunRow } from '../../../src/db/runs/runs.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import type { RunStatus } from '../../../src/domain/runs/status.js';
import { loadConfig } from '../../../src/platform/config.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { createTemporalClient } from '../../../src/platform/temporal/client.js';
import { ensureSchedules } from '../../../src/workers/schedules.js';
import { useDatabase } from '../../support/servers/database.js';
import { contentOf, testObjects } from '../../support/servers/object-stores.js';
import { newReportRun, startRun } from '../../support/runs.js';
import { policiesOf } from '../../support/workers/scheduled-activities.js';
import { withWorker } from '../../support/workers/worker.js';
import { storeHistory } from '../../support/store-history.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
const temporal = useTemporal();
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(database.pool);
});

async function reread(id: string): Promise<RunRow> {
  const run = await findRun(database.pool, { viewer: owner, id });
  if (run === undefined) throw new Error('the run is gone');
  return run;
}

const begin = (type: string): Promise<WorkflowHandle> =>
  temporal.client.workflow.start(type, {
    taskQueue: taskQueues.flow,
    workflowId: `${type}-${Math.random()}`,
    // Without a cache a local activity may lose its place to another workflow's task: then this is the wait.
    workflowTaskTimeout: '1s',
  });

async function run(type: string): Promise<MaintenanceSummary> {
  const handle = await begin(type);
  const summary = (await handle.result()) as MaintenanceSummary;
  await storeHistory(temporal.client, handle.workflowId, type);
  return summary;
}

async function becomes(id: string, status: RunStatus): Promise<void> {
  await withTransaction(database.pool, (tx) =>
    projectRun(tx, {
      runId: id,
      dedupKey: `test:${status}`,
      status,
      events: [{ type: 'job.started', data: { state: 'PROCESSING' } }],
    }),
  );
}

const handleOf = (given: NewRun) => temporal.client.workflow.getHandle(given.workflowId);

test.each([
  ['cached workflows', {}],
  ['every workflow task replayed', { limits: { maxCachedWorkflows: 0 } }],
])(
  'with %s, a row that nobody started is started by the sweeper, once, and ends well',
  async (_name, cache) => {
    const lost = newReportRun(owner);
    await insertRun(database.pool, lost);
    await withWorker(database, temporal, cache, async () => {
      await run('sweepUnstartedRuns');
      expect(await run('sweepUnstartedRuns')).toMatchObject({ started: 0 });
      await handleOf(lost).result();
    });
    expect((await reread(lost.id)).status).toBe('completed');
  },
);

test('a fresh row is left to whoever wrote it', async () => {
  const fresh = newReportRun(owner);
  await insertRun(database.pool, fresh);
  await withWorker(database, temporal, { policy: { startGraceMs: 60_000 } }, async () => {
    expect(await run('sweepUnstartedRuns')).toMatchObject({ started: 0 });
  });
  await expect(handleOf(fresh).describe()).rejects.toBeInstanceOf(WorkflowNotFoundError);
});

test('a cancel that never reached Temporal is repeated by the sweeper and takes effect', async () => {
  const wanted = newReportRun(owner);
  await startRun(database.pool, temporal.client, wanted);
  await requestCancel(database.pool, wanted.id);
  await withWorker(database, temporal, {}, async () => {
    await run('sweepUnstartedRuns');
    await handleOf(wanted).result();
  });
  expect((await reread(wanted.id)).status).toBe('canceled');
});

test('a cancel of a run whose workflow is gone ends the run', async () => {
  const wanted = newReportRun(owner);
  await insertRun(database.pool, wanted);
  await becomes(wanted.id, 'running');
  await requestCancel(database.pool, wanted.id);
  await withWorker(database, temporal, {}, () => run('sweepUnstartedRuns'));
  expect((await reread(wanted.id)).status).toBe('canceled');
  expect((await listEventsAfter(database.pool, wanted.id, { after: 0, limit: 10 })).at(-1)?.type).toBe(
    'job.canceled',
  );
});

test('retention removes content, then the run with everything of it, and keeps what others still have', async () => {
  const [old, shared] = [newReportRun(owner), newReportRun(owner)];
  await withWorker(database, temporal, {}, async () => {
    for (const each of [old, shared]) {
      await startRun(database.pool, temporal.client, each);
      await handleOf(each).result();
    }
    const { rows: owned } = await database.pool.query<{ sha256: Buffer }>(
      `select sha256 from run_blobs where run_id = $1`,
      [old.id],
    );
    // Sections that say nothing are the same in every report: one that only this report has.
    const { rows: own } = await database.pool.query<{ sha256: Buffer }>(
      `select sha256 from run_blobs group by sha256 having array_agg(run_id) = array[$1]`,
      [old.id],
    );
    const facts = own[0]?.sha256;
    const count = async (table: string): Promise<number> => {
      const { rows } = await database.pool.query<{ count: number }>(
        `select count(*) from ${table} where run_id = $1`,
        [old.id],
      );
      return rows[0]?.count ?? -1;
    };
    const blobIsThere = async (): Promise<boolean> => {
      const found = await database.pool.query(`select 1 from blobs where sha256 = $1`, [facts]);
      return found.rowCount === 1;
    };
    await database.pool.query(`update runs set finished_at = now() - interval '31 days' where id = $1`, [
      old.id,
    ]);
    await database.pool.query(`update blobs set touched_at = now() - interval '2 days'`);
    await database.pool.query(
      `insert into run_blobs select $1, sha256 from run_blobs where run_id = $2 on conflict do nothing`,
      [shared.id, old.id],
    );
    const content = owned.length;
    expect(content).toBeGreaterThan(1);
    expect(await run('applyRetention')).toMatchObject({ content, runs: 0, blobs: 0, objects: 1 });
    expect([await count('run_blobs'), await count('objects'), await blobIsThere()]).toEqual([0, 0, true]);
    const { status, result } = await reread(old.id);
    expect(status).toBe('completed');
    expect(await testObjects().head(result?.key ?? '')).toBeUndefined();
    expect((await contentOf((await reread(shared.id)).result)).length).toBeGreaterThan(0);

    await database.pool.query(`delete from run_blobs where run_id = $1 and sha256 = $2`, [shared.id, facts]);
    await database.pool.query(`update runs set finished_at = now() - interval '61 days' where id = $1`, [
      old.id,
    ]);
    expect(await run('applyRetention')).toMatchObject({ runs: 1, blobs: 1, objects: 0 });
    expect(await findRun(database.pool, { viewer: owner, id: old.id })).toBeUndefined();
    expect([await count('run_events'), await count('run_checkpoints'), await blobIsThere()]).toEqual([
      0,
      0,
      false,
    ]);
  });
});

test('retention lets content go only a day after it was last stored, so that a new run can still have it', async () => {
  await database.pool.query(
    `insert into blobs (sha256, bytes, content_type, content) values ('\\x01', 1, 'x', '\\x01')`,
  );
  await withWorker(database, temporal, {}, () => run('applyRetention'));
  expect((await database.pool.query(`select 1 from blobs where sha256 = '\\x01'`)).rowCount).toBe(1);
});

test('schedules are made once and brought up to date by whoever comes later, and keep a pause', async () => {
  await Promise.all([ensureSchedules(temporal.client), ensureSchedules(temporal.client)]);
  const sweeper = temporal.client.schedule.getHandle(scheduleIds.sweeper);
  await sweeper.pause('by the test');
  await ensureSchedules(temporal.client);
  const description = await sweeper.describe();
  expect(description.policies.overlap).toBe('SKIP');
  expect(description.spec.intervals).toEqual([expect.objectContaining({ every: 15_000 })]);
  expect(description.state.paused).toBe(true);
  for (const id of Object.values(scheduleIds)) await temporal.client.schedule.getHandle(id).delete();
});

test('a run control that finds no server fails within its deadline instead of hanging', async () => {
  const client = createTemporalClient(loadConfig({ TEMPORAL_ADDRESS: '127.0.0.1:1' }));
  await expect(createRunControl(client).launch(newReportRun(owner))).rejects.toThrow();
  await client.connection.close();
});

test('the removal of what expired beats within a minute and is tried three times', async () => {
  await withWorker(database, temporal, {}, async () => {
    const handle = await begin('applyRetention');
    await handle.result();
    expect(await policiesOf(handle)).toEqual({
      removeExpired: '1800 s, a beat in 60 s; 3 tries, 10 s × 2 up to 1000 s',
    });
  });
});
