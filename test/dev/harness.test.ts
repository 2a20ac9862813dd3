import { Worker } from '@temporalio/worker';
import { useDatabase } from '../support/servers/database.js';
import { useTemporal } from '../support/servers/temporal.js';

const database = useDatabase();
const temporal = useTemporal();

test('a test file has a migrated database of its own', async () => {
  const { rows } = await database.pool.query<{ count: number }>('select count(*) as count from runs');
  expect(rows).toEqual([{ count: 0 }]);
});

test('a test file has a Temporal namespace of its own, with the search attributes of sessions', async () => {
  const workflowId = 'probe';
  await temporal.client.workflow.start('nothing', {
    taskQueue: 'nobody',
    workflowId,
    searchAttributes: { CotStatus: ['running'], CotPhase: [1], CotTemplate: ['viral-content'] },
  });
  const { searchAttributes } = await temporal.client.workflow.getHandle(workflowId).describe();
  expect(searchAttributes).toMatchObject({ CotStatus: ['running'], CotPhase: [1] });
});

test('a worker of the SDK polls that namespace and stops', async () => {
  const connection = await temporal.nativeConnection();
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: 'activities',
    activities: { hello: () => Promise.resolve('hello') },
  });
  await expect(worker.runUntil(Promise.resolve('stopped'))).resolves.toBe('stopped');
});
