import { exposeHouse } from '../../../src/api/operation/house-metrics.js';
import { createApiMetrics, type ApiMetrics } from '../../../src/platform/metrics/api-metrics.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
let ana: TestUser;
let number = 0;
beforeAll(async () => {
  ana = await createApiUser(database);
});

/** The metrics of the house as one more API would export them, from now on. */
async function watch(): Promise<{
  metrics: ApiMetrics;
  read: (name: string) => Promise<Record<string, number>>;
}> {
  const metrics = createApiMetrics();
  exposeHouse({ ...api.deps, metrics }, { settleMs: 0, keptMs: 0 });
  await metrics.render();
  return { metrics, read: async (name) => valuesOf(await metrics.render(), name) };
}

/** The values other than 0, by their labels. */
function valuesOf(text: string, name: string): Record<string, number> {
  const found = [...text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))];
  return Object.fromEntries(
    found.map(([, labels = '', value]) => [labels, Number(value)]).filter(([, value]) => value !== 0),
  );
}

async function insertRun(kind: string, status: string): Promise<string> {
  const id = `job_${String((number += 1)).padStart(26, '0')}`;
  const ended = ['completed', 'failed'].includes(status);
  await database.pool.query(
    `insert into runs (id, kind, owner_id, status, workflow_id, workflow_type, task_queue, started_at, finished_at)
     values ($1, $2, $3, $4, $1, 'any', 'flow', now() - interval '2 seconds', case when $5 then clock_timestamp() end)`,
    [id, kind, ana.id, status, ended],
  );
  return id;
}

test('each ending is counted once, however often somebody looks', async () => {
  const { read } = await watch();
  await insertRun('report', 'completed');
  await insertRun('report', 'failed');
  const once = { 'kind="report",status="completed"': 1, 'kind="report",status="failed"': 1 };
  expect(await read('sluice_runs_finished_total')).toEqual(once);
  expect(await read('sluice_runs_finished_total')).toEqual(once);
  await insertRun('report', 'completed');
  expect(await read('sluice_runs_finished_total')).toEqual({
    ...once,
    'kind="report",status="completed"': 2,
  });
});

test('an ending that PostgreSQL did not announce in time is counted by the next scrape', async () => {
  const { metrics, read } = await watch();
  await insertRun('sql', 'failed');
  await database.pool.query('alter table webhook_deliveries rename to hidden_deliveries');
  try {
    const text = await metrics.render();
    expect(valuesOf(text, 'sluice_runs_finished_total')).toEqual({});
    expect(valuesOf(text, 'sluice_house_read_failures_total')).toEqual({ '': 1 });
  } finally {
    await database.pool.query('alter table hidden_deliveries rename to webhook_deliveries');
  }
  expect(await read('sluice_runs_finished_total')).toEqual({ 'kind="sql",status="failed"': 1 });
});

test('open runs are exported as they are now, also when there are none left', async () => {
  const { read } = await watch();
  const id = await insertRun('sql', 'needs_attention');
  expect(await read('sluice_runs')).toEqual({ 'kind="sql",status="needs_attention"': 1 });
  await database.pool.query(`delete from runs where id = $1`, [id]);
  expect(await read('sluice_runs')).toEqual({});
});

test('a Temporal that is away leaves its own numbers out and is exported as down', async () => {
  const { metrics } = await watch();
  const text = await metrics.render();
  expect(text).toMatch(/^sluice_part_up\{part="temporal"\} 0$/m);
  expect(text).toMatch(/^sluice_part_up\{part="postgres"\} 1$/m);
  expect(valuesOf(text, 'sluice_queue_pollers')).toEqual({});
});

test('names of models beyond the fiftieth share a label', async () => {
  const { metrics } = await watch();
  for (let model = 0; model < 60; model += 1)
    metrics.add('sluice_model_cost_usd_total', { provider: 'p', model: `m${model}` });
  const costs = valuesOf(await metrics.render(), 'sluice_model_cost_usd_total');
  expect(Object.keys(costs)).toHaveLength(51);
  expect(costs['provider="p",model="other"']).toBe(10);
});
