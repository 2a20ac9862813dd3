import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { metricSpecs, type MetricSpec } from '../../../src/contracts/operation/metric-specs.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { seedBuiltinTemplates } from '../../../src/db/templates/templates.js';
import { useApi } from '../../support/api.js';
import { send } from '../../support/http.js';
import { expressions, readExpression } from '../../support/promql.js';
import { freePort } from '../../../src/platform/free-port.js';
import { useDatabase } from '../../support/servers/database.js';
import { testObjectFolder, testSecrets } from '../../support/servers/object-stores.js';
import { buildOnce, ownEnvironment } from '../../support/servers/stack-process.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser } from '../../support/people.js';

const TOKEN = 'a-token-for-the-scraper';
const database = useDatabase();
const temporal = useTemporal();
const api = useApi({ database, temporal, env: { METRICS_TOKEN: TOKEN } });
let worker: ChildProcess | undefined;
let workerUrl = '';

beforeAll(async () => {
  buildOnce();
  const port = await freePort();
  workerUrl = `http://127.0.0.1:${port}`;
  worker = spawn(process.execPath, [resolve(import.meta.dirname, '../../../dist/workers/main.js')], {
    env: ownEnvironment('/nowhere', {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      SIGNING_SECRET: testSecrets.current,
      OBJECT_STORE_DIR: testObjectFolder(),
      OFFLINE_LLM_LATENCY_MS: '0',
      METRICS_TOKEN: TOKEN,
      WORKER_METRICS_PORT: String(port),
      LOG_LEVEL: 'error',
    }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}, 300_000);

afterAll(async () => {
  if (worker === undefined || worker.exitCode !== null) return;
  const ended = new Promise((end) => worker?.once('exit', end));
  worker.kill('SIGTERM');
  await ended;
});

const scrapeApi = async (): Promise<string> => (await api.send('/metrics', { token: TOKEN })).text;
const scrapeWorker = async (): Promise<string> => {
  const answer = await send(`${workerUrl}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } });
  return answer.text;
};

const namesIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name ?? ''));

/** The values of a metric by their labels, as they stand in the text. */
const valuesOf = (text: string, name: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, labels = '', value]) => [
      labels,
      Number(value),
    ]),
  );

const pollersOf = (text: string): number | undefined =>
  valuesOf(text, 'sluice_queue_pollers')['{queue="flow",type="workflows"}'];

test('a house at work exports every metric of the table, of the dashboards and of the alerts', async () => {
  const ready = async (): Promise<boolean> =>
    (await send(`${workerUrl}/readyz`).catch(() => undefined))?.status === 200;
  await waitUntil(ready, { what: 'the worker takes work', timeoutMs: 120_000 });
  expect((await send(`${workerUrl}/healthz`)).status).toBe(200);
  expect((await send(`${workerUrl}/metrics`)).status).toBe(401);

  await scrapeApi();
  await withTransaction(database.pool, seedBuiltinTemplates);
  const ana = await createApiUser(database);
  const started = await api.send('/api/v1/cot-sessions', {
    token: ana.token,
    method: 'POST',
    body: { template: 'minimal', topic: 'what to measure', autoProgressPhases: true },
  });
  expect([started.status, started.body]).toMatchObject([202, { status: 'queued' }]);
  const id = String(started.body['id']);
  const status = async (): Promise<unknown> =>
    (await api.send(`/api/v1/cot-sessions/${id}`, { token: ana.token })).body['status'];
  await waitUntil(async () => (await status()) === 'completed', {
    what: 'the session ends',
    timeoutMs: 150_000,
  });

  // Temporal lists a worker among its pollers a moment after the first poll. The API asks it seldom.
  const house = await waitUntil(
    async () => {
      const text = await scrapeApi();
      return (pollersOf(text) ?? 0) > 0 && text;
    },
    { what: 'the pollers of the queue' },
  );
  // A session is projected as completed before the worker returns its last workflow task.
  const work = await waitUntil(
    async () => {
      const text = await scrapeWorker();
      return namesIn(text).has('temporal_workflow_completed_total') && text;
    },
    { what: 'the end of the workflow' },
  );
  const exported = new Set([...namesIn(house), ...namesIn(work)]);
  const missing = Object.entries<MetricSpec>(metricSpecs).filter(
    ([name, { from }]) => !(from === 'worker' ? namesIn(work) : namesIn(house)).has(name),
  );
  expect(missing).toEqual([]);
  const asked = new Set(expressions().flatMap(([, expression]) => readExpression(expression).metrics));
  const unknown = [...asked].filter(
    (name) => name !== 'up' && !exported.has(name) && !exported.has(name.replace(/_(bucket|count|sum)$/, '')),
  );
  expect(unknown).toEqual([]);

  expect(valuesOf(house, 'sluice_part_up')).toMatchObject({ '{part="postgres"}': 1, '{part="temporal"}': 1 });
  const steps = Object.entries(valuesOf(work, 'sluice_activity_duration_seconds_count')).filter(([labels]) =>
    labels.includes('activity="runSessionStep"'),
  );
  // The activity of a quick step goes on with further ones.
  expect(steps).toEqual([
    ['{activity="runSessionStep",queue="llm",outcome="completed"}', expect.any(Number)],
  ]);
  expect(work).not.toContain(id);
  expect(house).not.toContain(id);
});
