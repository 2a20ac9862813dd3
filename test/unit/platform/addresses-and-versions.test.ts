import { loadConfig } from '../../../src/platform/config.js';
import { databaseUrlOf, directDatabaseUrlOf } from '../../../src/platform/database-url.js';
import { workerVersionOf } from '../../../src/workers/worker-version.js';

const pooled = 'postgres://sluice@pooler:6432/sluice';
const direct = 'postgres://sluice@db:5432/sluice';

test('DATABASE_DIRECT_URL leads past the pooler, and is DATABASE_URL when it is left out', () => {
  const both = loadConfig({ DATABASE_URL: pooled, DATABASE_DIRECT_URL: direct });
  expect([databaseUrlOf(both), directDatabaseUrlOf(both)]).toEqual([pooled, direct]);
  expect(directDatabaseUrlOf(loadConfig({ DATABASE_URL: pooled }))).toBe(pooled);
});

test('a worker without WORKER_BUILD_ID has no version at Temporal', () => {
  expect(workerVersionOf(loadConfig({}))).toEqual({});
});

test.each([
  [{}, 'AUTO_UPGRADE'],
  [{ WORKER_VERSIONING: 'pinned' }, 'PINNED'],
])('with %j a running workflow is %s', (env, behavior) => {
  const config = loadConfig({ WORKER_BUILD_ID: '0.2.0', WORKER_DEPLOYMENT: 'house', ...env });
  expect(workerVersionOf(config).version).toEqual({
    version: { deploymentName: 'house', buildId: '0.2.0' },
    useWorkerVersioning: true,
    defaultVersioningBehavior: behavior,
  });
});
