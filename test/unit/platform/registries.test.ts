import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { maintenanceWorkflows, serviceWorkflows } from '../../../src/contracts/names.js';
import { runKinds } from '../../../src/contracts/run-kinds.js';

const root = resolve(import.meta.dirname, '../../..');
const registry = readFileSync(resolve(root, 'src/workflows/index.ts'), 'utf8');
const exported = [...registry.matchAll(/^export \{ (\w+) \} from '\.\/\w+\/([\w-]+)\.js';$/gm)];

test('what Temporal can run is exactly what the contracts name', () => {
  const named = [
    ...Object.values(runKinds).map((kind) => kind.workflowType),
    ...Object.values(maintenanceWorkflows),
    ...Object.values(serviceWorkflows),
  ];
  expect(exported.map(([, name]) => name).sort()).toEqual(named.sort());
});

test('each workflow stands in the file that bears its name', () => {
  for (const [, name, file] of exported) {
    expect(file).toBe(name?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  }
});

test('the registries are what the sources say (node scripts/registries.mjs writes them)', () => {
  const check = spawnSync(process.execPath, ['scripts/registries.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([check.status, check.stderr]).toEqual([0, '']);
});
