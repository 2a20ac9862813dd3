import type { MaintenanceSummary } from '../../../src/contracts/runs/maintenance.js';
import { taskQueues } from '../../../src/contracts/names.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { listEventsAfter } from '../../../src/db/runs/event-reads.js';
import { projectRun } from '../../../src/db/runs/events.js';
import { findTemporalHome, forgetTemporalHome } from '../../../src/db/runs/temporal-home.js';
import { findRun, insertRun, requestCancel, type NewRun, type RunRow } from '../../../src/db/runs/runs.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import type { RunStatus } from '../../../src/domain/runs/status.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { useDatabase } from '../../support/servers/database.js';
import { newReportRun, startRun } from '../../support/runs.js';
import { withWorker } from '../../support/workers/worker.js';
import { storeHistory } from '../../support/store-history.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { waitUntil } from '../../support/wait-until.js';
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

async function run(type: string): Promise<MaintenanceSummary> {
  const handle = await temporal.client.workflow.start(type, {
    taskQueue: taskQueues.flow,
    workflowId: `${type}-${Math.random()}`,
    // Without a cache a local activity may lose its place to another workflow's task: then this is the wait.
    workflowTaskTimeout: '1s',
  });
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

/** The reconciler's entries about a run, in order. */
async function auditedOf(id: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ action: string }>(
    `select action from audit_logs where actor_name = 'reconciler' and resource_id = $1 order by timestamp, id`,
    [id],
  );
  return rows.map(({ action }) => action);
}

const handleOf = (given: NewRun) => temporal.client.workflow.getHandle(given.workflowId);

describe('the reconciler', () => {
  const longAgo = (id: string): Promise<unknown> =>
    database.pool.query(
      `update runs set updated_at = now() - interval '1 hour', checked_at = null where id = $1`,
      [id],
    );

  /** Its workflow is made what the table says, its row is left behind as running. */
  const cases: [string, (given: NewRun) => Promise<unknown>, Partial<RunRow>][] = [
    [
      'terminated',
      async (given) => {
        await createRunControl(temporal.client).launch(given);
        await handleOf(given).terminate('by the test');
      },
      {
        status: 'failed',
        error: { code: 'workflow_terminated', message: 'The workflow was terminated on Temporal.' },
      },
    ],
    [
      'terminated after a cancel that it could not answer',
      async (given) => {
        await createRunControl(temporal.client).launch(given);
        await requestCancel(database.pool, given.id);
        await handleOf(given).terminate('by the test');
      },
      { status: 'canceled' },
    ],
    [
      'not known to Temporal',
      () => Promise.resolve(),
      {
        status: 'failed',
        error: { code: 'workflow_lost', message: 'Temporal no longer knows the workflow.' },
      },
    ],
  ];

  async function makeLost(): Promise<NewRun[]> {
    const lost = Array.from({ length: 5 }, () => newReportRun(owner));
    for (const each of lost) {
      await insertRun(database.pool, each);
      await becomes(each.id, 'running');
      await longAgo(each.id);
    }
    return lost;
  }

  test('closes nothing in front of a foreign Temporal, or one that lost many at once, until it is adopted', async () => {
    const problem = async (): Promise<string | null | undefined> =>
      (await findTemporalHome(database.pool))?.problem;
    await withWorker(database, temporal, {}, async () => {
      await run('reconcileRuns');
      const home = await findTemporalHome(database.pool);
      const lost = await makeLost();
      const become = (namespaceId: string): Promise<unknown> =>
        database.pool.query('update temporal_home set namespace_id = $1', [namespaceId]);
      await become('another');
      expect(await run('reconcileRuns')).toEqual({ standsStill: 1 });
      expect(await problem()).toBeNull();
      await become(home?.namespaceId ?? '');
      expect(await run('reconcileRuns')).toEqual({ standsStill: 1 });
      expect(await problem()).toContain('5 of 5 workflows are gone');
      // It stays so until somebody says that this Temporal is the right one.
      expect(await run('sweepUnstartedRuns')).toEqual({ standsStill: 1 });
      for (const each of lost) expect(await reread(each.id)).toMatchObject({ status: 'running' });
      // An adoption says that the workflows of before are gone: their runs are closed, and later ones are started.
      await forgetTemporalHome(database.pool);
      expect(await run('reconcileRuns')).toMatchObject({ settled: 5 });
      for (const each of lost)
        expect(await reread(each.id)).toMatchObject({ status: 'failed', error: { code: 'workflow_lost' } });
      expect(await run('sweepUnstartedRuns')).not.toHaveProperty('standsStill');
    });
  });

  test.each(cases)('ends a run whose workflow is %s', async (_what, befall, expected) => {
    const left = newReportRun(owner);
    await insertRun(database.pool, left);
    await becomes(left.id, 'running');
    await befall(left);
    await longAgo(left.id);
    await withWorker(database, temporal, {}, () => run('reconcileRuns'));
    expect(await reread(left.id)).toMatchObject(expected);
    const [first, last] = await listEventsAfter(database.pool, left.id, { after: 0, limit: 10 });
    expect([first?.pos, last?.pos, last?.type]).toEqual([1, 2, `job.${expected.status}`]);
    expect(await auditedOf(left.id)).toEqual(['closed']);
  });

  test('ends a run whose workflow ran out of time', async () => {
    const left = newReportRun(owner);
    await insertRun(database.pool, left);
    await temporal.client.workflow.start(left.workflowType, {
      taskQueue: 'nobody-serves-this',
      workflowId: left.workflowId,
      args: [left.workflowInput],
      workflowExecutionTimeout: '1s',
    });
    await becomes(left.id, 'running');
    await longAgo(left.id);
    await waitUntil(async () => (await handleOf(left).describe()).status.name === 'TIMED_OUT', {
      what: 'the workflow times out',
    });
    await withWorker(database, temporal, {}, () => run('reconcileRuns'));
    expect(await reread(left.id)).toMatchObject({ status: 'failed', error: { code: 'workflow_timed_out' } });
  });

  test('takes over the outcome of a workflow whose last projection was lost', async () => {
    const left = newReportRun(owner);
    await withWorker(database, temporal, {}, async () => {
      await startRun(database.pool, temporal.client, left);
      await handleOf(left).result();
      await database.pool.query(
        `update runs set status = 'running', finished_at = null, result = null, last_pos = last_pos - 1 where id = $1`,
        [left.id],
      );
      await database.pool.query(`delete from run_events where run_id = $1 and type = 'job.completed'`, [
        left.id,
      ]);
      await longAgo(left.id);
      await run('reconcileRuns');
    });
    expect(await reread(left.id)).toMatchObject({
      status: 'completed',
      result: { filename: 'Activity.json' },
    });
    const published = await listEventsAfter(database.pool, left.id, { after: 0, limit: 100 });
    expect(published.map(({ pos }) => pos)).toEqual(published.map((_event, index) => index + 1));
    expect(published.filter(({ type }) => type === 'job.completed')).toHaveLength(1);
    expect(published.at(-1)?.type).toBe('job.completed');
  });

  test('starts a run again that never began and that Temporal lost', async () => {
    const left = newReportRun(owner);
    await insertRun(database.pool, left);
    await database.pool.query(
      `update runs set handed_over_at = now() - interval '1 hour', updated_at = now() - interval '1 hour' where id = $1`,
      [left.id],
    );
    await withWorker(database, temporal, {}, async () => {
      await run('reconcileRuns');
      await run('sweepUnstartedRuns');
      await handleOf(left).result();
    });
    expect((await reread(left.id)).status).toBe('completed');
  });

  test('flags a run whose workflow task keeps failing, and takes the flag back once it goes on', async () => {
    const stuck = newReportRun(owner, { workflowType: 'noSuchWorkflow' });
    await startRun(database.pool, temporal.client, stuck);
    await becomes(stuck.id, 'running');
    await withWorker(database, temporal, {}, async () => {
      await waitUntil(
        async () => ((await handleOf(stuck).describe()).raw.pendingWorkflowTask?.attempt ?? 0) >= 3,
        { what: 'the workflow task has failed three times' },
      );
      await longAgo(stuck.id);
      await run('reconcileRuns');
      expect(await reread(stuck.id)).toMatchObject({
        status: 'needs_attention',
        error: { code: 'workflow_stuck', was: 'running' },
      });
      await run('reconcileRuns');
    });
    expect((await reread(stuck.id)).lastPos).toBe(2);
    // In production a release that can run it mends it. Here a sound workflow of the same id does.
    await handleOf(stuck).terminate();
    await temporal.client.workflow.start('generateReport', {
      taskQueue: 'nobody-serves-this',
      workflowId: stuck.workflowId,
      args: [stuck.workflowInput],
    });
    await longAgo(stuck.id);
    await withWorker(database, temporal, {}, () => run('reconcileRuns'));
    expect(await reread(stuck.id)).toMatchObject({ status: 'running', error: null });
    expect(await auditedOf(stuck.id)).toEqual(['flagged', 'unflagged']);
    await handleOf(stuck).terminate();
  });

  test('leaves a run alone whose workflow is open', async () => {
    const waiting = newReportRun(owner);
    await startRun(database.pool, temporal.client, { ...waiting, taskQueue: 'nobody-serves-this' });
    await becomes(waiting.id, 'running');
    await longAgo(waiting.id);
    await withWorker(database, temporal, {}, () => run('reconcileRuns'));
    expect((await reread(waiting.id)).status).toBe('running');
    expect(await auditedOf(waiting.id)).toEqual([]);
    await handleOf(waiting).terminate();
  });
});
