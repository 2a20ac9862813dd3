import { newId } from '../../../src/contracts/ids.js';
import { taskQueues, workflowIdOf } from '../../../src/contracts/names.js';
import { runKinds } from '../../../src/contracts/run-kinds.js';
import { givenUser } from '../../support/people.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { policiesOf, summariesOf } from '../../support/workers/scheduled-activities.js';
import { watchRun } from '../../support/workers/seen-activities.js';

const rig = { database: useDatabase(), temporal: useTemporal() };

test('an export of the audit log says that it writes, and is tried three times', async () => {
  const { userId: ownerId } = await givenUser(rig.database.pool);
  const id = newId('job');
  const { seen, end } = await watchRun(rig, {
    id,
    kind: 'audit-export',
    ownerId,
    title: 'Audit log',
    input: {},
    workflowInput: { runId: id, format: 'ndjson', filters: { includeDeleted: false } },
    workflowId: workflowIdOf('audit-export', id),
    workflowType: runKinds['audit-export'].workflowType,
    taskQueue: taskQueues.flow,
  });
  expect(seen).toEqual([
    {
      name: 'writeAuditExport',
      details: '**Writing** the entries with their chain',
      heartbeatMs: 60_000,
      attempts: 3,
    },
  ]);
  expect(end).toBe('**completed**');
  const handle = rig.temporal.client.workflow.getHandle(workflowIdOf('audit-export', id));
  expect(await summariesOf(handle)).toEqual(['ndjson']);
  expect(await policiesOf(handle)).toEqual({
    writeAuditExport: '900 s, a beat in 60 s; 3 tries, 1 s × 3 up to 100 s',
  });
});
