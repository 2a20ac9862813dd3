import { maintenanceWorkflows, taskQueues } from '../../../src/contracts/names.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { givenUser } from '../../support/people.js';
import { newReportRun, startRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { limitsDuring, TRIED_FOR_EVER } from '../../support/workers/local-limits.js';

/** The limits of local activities, which an outage of PostgreSQL meets first. */
const rig = { database: useDatabase(), temporal: useTemporal() };
const workflow = () => rig.temporal.client.workflow;
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(rig.database.pool);
});

test('the projections of a job are tried for ever, ten seconds each', async () => {
  const limits = await limitsDuring(rig, async () => {
    const run = newReportRun(owner);
    await startRun(rig.database.pool, rig.temporal.client, run);
    await workflow().getHandle(run.workflowId).result();
  });
  expect(limits).toEqual({ projectRun: TRIED_FOR_EVER, endRun: TRIED_FOR_EVER });
});

test('the sweep and the check of runs are tried once: they come again in seconds', async () => {
  const { sweeper, reconciler } = maintenanceWorkflows;
  const limits = await limitsDuring(rig, async () => {
    for (const type of [sweeper, reconciler])
      await workflow().execute(type, { taskQueue: taskQueues.flow, workflowId: `${type}-limits` });
  });
  expect(limits).toEqual({ sweepRuns: '30000 ms; one try', checkRuns: '50000 ms; one try' });
});
