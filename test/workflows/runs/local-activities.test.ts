import { maintenanceWorkflows, taskQueues } from '../../../src/contracts/names.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { givenUser } from '../../support/people.js';
import { newReportRun, startRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { scriptedModel, startSession, untilGate } from '../../support/sessions/fixture.js';
import { notingLocalLimits } from '../../support/workers/local-limits.js';
import { withWorker, type TestWorkerOptions } from '../../support/workers/worker.js';

/** The limits of local activities, which an outage of PostgreSQL meets first. */
const rig = { database: useDatabase(), temporal: useTemporal() };
const workflow = () => rig.temporal.client.workflow;
const FOR_EVER = '10000 ms; any number of tries, 200 ms × 2 up to 10000 ms';
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(rig.database.pool);
});

async function limitsDuring(
  work: () => Promise<unknown>,
  options: TestWorkerOptions = {},
): Promise<Record<string, string>> {
  const noted: Record<string, string> = {};
  const activities = notingLocalLimits(noted);
  await withWorker(rig.database, rig.temporal, { ...options, activities }, work);
  return noted;
}

test('the projections of a job are tried for ever, ten seconds each', async () => {
  const limits = await limitsDuring(async () => {
    const run = newReportRun(owner);
    await startRun(rig.database.pool, rig.temporal.client, run);
    await workflow().getHandle(run.workflowId).result();
  });
  expect(limits).toEqual({ projectRun: FOR_EVER, endRun: FOR_EVER });
});

test('the projections of a session are tried for ever, and so is the keeping of texts', async () => {
  const parts = { queues: ['flow', 'llm'] as const, model: scriptedModel(() => 'answer') };
  const limits = await limitsDuring(async () => {
    const id = await startSession(rig, owner);
    await untilGate(rig, id, 1);
    const handle = workflow().getHandle(`cot-session:${id}`);
    await handle.executeUpdate('decideGate', { args: [{ decision: 'approve', notes: 'a note' }] });
    await untilGate(rig, id, 2);
    await handle.terminate('the test is over');
  }, parts);
  expect(limits).toMatchObject({ projectSession: FOR_EVER, keepDecisionTexts: FOR_EVER });
});

test('the sweep and the check of runs are tried once: they come again in seconds', async () => {
  const { sweeper, reconciler } = maintenanceWorkflows;
  const limits = await limitsDuring(async () => {
    for (const type of [sweeper, reconciler])
      await workflow().execute(type, { taskQueue: taskQueues.flow, workflowId: `${type}-limits` });
  });
  expect(limits).toEqual({ sweepRuns: '30000 ms; one try', checkRuns: '50000 ms; one try' });
});
