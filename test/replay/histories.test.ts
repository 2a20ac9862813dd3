import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { maintenanceWorkflows, serviceWorkflows } from '../../src/contracts/names.js';
import { runKinds } from '../../src/contracts/run-kinds.js';
import { workflowBundlePath } from '../support/servers/workflow-bundle.js';

const folder = resolve(import.meta.dirname, '../histories');
const workflows = readdirSync(folder);
const stored = workflows.flatMap((workflow) =>
  readdirSync(resolve(folder, workflow)).map((file) => join(workflow, file)),
);

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

test.each(stored)('%s, written by the version in its name, replays without a difference', async (file) => {
  const history: unknown = JSON.parse(readFileSync(resolve(folder, file), 'utf8'));
  await Worker.runReplayHistory({ workflowBundle: { codePath: workflowBundlePath() } }, history);
});

test('every workflow of the registry has left at least one history', () => {
  const registry = [
    ...Object.values(runKinds).map((kind) => kind.workflowType),
    ...Object.values(maintenanceWorkflows),
    ...Object.values(serviceWorkflows),
  ];
  expect(workflows.sort()).toEqual(registry.sort());
});
