import type { Retention, Kept } from '../../../src/contracts/operation/kept.js';
import type { HistorySeries, WorkHistory } from '../../../src/contracts/operation/history.js';
import { measureEndedWork } from '../../../src/db/runs/work-history.js';
import { measureKept } from '../../../src/db/runs/kept.js';
import { useApi } from '../../support/api.js';
import { plansOf } from '../../support/query-plan.js';
import { useDatabase } from '../../support/servers/database.js';
import { SeededSession } from '../sessions/reads-fixture.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({
  database,
  env: { RETENTION_DAYS: '40', AUDIT_RETENTION_DAYS: '0', CAUGHT_MAIL_RETENTION_DAYS: '3' },
});
const HOUR_MS = 3_600_000;

let admin: TestUser;
beforeAll(async () => {
  admin = await createApiUser(database, 'ADMIN');
});

const historyOf = async (query = ''): Promise<WorkHistory> => {
  const answer = await api.send(`/api/v1/operations/history${query}`, { token: admin.token });
  expect(answer.status).toBe(200);
  expect(answer.headers['server-timing']).toContain('1 queries');
  return answer.body as unknown as WorkHistory;
};
const seriesOf = ({ series }: WorkHistory, of: HistorySeries['of'], name: string): HistorySeries =>
  series.find((each) => each.of === of && each.name === name)!;

test('steps, runs and decisions are measured part by part and as a whole, in one statement', async () => {
  const session = await SeededSession.create(database.pool, admin.id, { agoMs: 3 * HOUR_MS });
  await session.step({ durationMs: 1_000 });
  await session.step({ durationMs: 3_000 });
  await session.step({ durationMs: 2_000 });
  await session.openGate();
  session.wait(HOUR_MS);
  await session.approve();
  await session.step({ durationMs: 5_000 });
  await session.fail();
  const history = await historyOf();
  expect(history).toMatchObject({ window: '24h', partMs: HOUR_MS });
  const think = seriesOf(history, 'step', 'THINK');
  expect(think.points).toHaveLength(24);
  expect(think.total).toEqual({
    count: 2,
    failed: 0,
    p50Ms: 3_000,
    p95Ms: 4_800,
    waitP50Ms: 0,
    waitP95Ms: 0,
  });
  expect(think.points.filter(({ count }) => count > 0).map(({ count, p50Ms }) => [count, p50Ms])).toEqual([
    [1, 1_000],
    [1, 5_000],
  ]);
  expect(seriesOf(history, 'step', 'EXECUTE').total).toMatchObject({ count: 2, failed: 1, p50Ms: 3_000 });
  expect(seriesOf(history, 'gate', 'gate').total).toMatchObject({
    count: 1,
    p50Ms: null,
    waitP50Ms: HOUR_MS,
  });
  expect((await historyOf('?window=1h')).series).toEqual([]);
});

test('a run that ended counts with its wait for a start, and one that was canceled takes no time', async () => {
  const run = (id: string, status: string, times: string): Promise<unknown> =>
    database.pool.query(
      `insert into runs (id, kind, owner_id, workflow_id, workflow_type, task_queue, status,
                         created_at, started_at, finished_at)
       select $1, 'report', $2, $1, 'x', 'flow', $3, ${times}`,
      [id, admin.id, status],
    );
  const before = (seconds: number): string => `now() - interval '${seconds} s'`;
  await run('job_a', 'completed', `${before(70)}, ${before(60)}, ${before(40)}`);
  await run('job_b', 'failed', `${before(70)}, ${before(68)}, ${before(39)}`);
  await run('job_c', 'canceled', `${before(70)}, null, ${before(38)}`);
  const reports = seriesOf(await historyOf('?window=7d'), 'run', 'report');
  expect(reports.total).toEqual({
    count: 3,
    failed: 1,
    p50Ms: 20_000,
    p95Ms: 20_000,
    waitP50Ms: 6_000,
    waitP95Ms: 9_600,
  });
  expect(reports.points).toHaveLength(28);
  expect(reports.points.reduce((sum, { count }) => sum + count, 0)).toBe(3);
});

test('of many endings the indexes find those of the window', async () => {
  const session = await SeededSession.create(database.pool, admin.id);
  await database.pool.query(
    `insert into session_steps (id, run_id, phase, step, attempt, status, step_key, queued_at, started_at, finished_at)
     select 'step_many' || n, $1, 1, 'THINK', 1, 'failed', 'many' || n, at, at, at
       from generate_series(1, 20000) as n, lateral (select now() - n * interval '30 minutes' as at) as times`,
    [session.id],
  );
  await database.pool.query('analyze session_steps');
  const to = new Date();
  const from = new Date(to.getTime() - 24 * HOUR_MS).toISOString();
  const plans = await plansOf(database.pool, (db) =>
    measureEndedWork(db, { from, to: to.toISOString(), partMs: HOUR_MS }),
  );
  expect(plans).toHaveLength(1);
  expect(plans[0]?.nodes.join('\n')).toContain('session_steps_finished_at');
  expect(plans[0]?.nodes).not.toContain('Seq Scan session_steps');
  const kept = await measureKept(database.pool);
  expect(kept.find(({ kind }) => kind === 'runs')).toMatchObject({ isEstimate: false });
});

test('what is kept comes with its rule, its size and its oldest record, also while Temporal is away', async () => {
  const times = ['2020-01-02T00:00:00Z', '2021-01-02T00:00:00Z'];
  await database.pool.query(
    `insert into objects (key, created_at) select at, at::timestamptz from unnest($1::text[]) as at`,
    [times],
  );
  const { status, body } = await api.send('/api/v1/operations/retention', { token: admin.token });
  expect(status).toBe(200);
  const { kept, lastRunAt, nextRunAt } = body as unknown as Retention;
  expect([lastRunAt, nextRunAt]).toEqual([null, null]);
  const of = (kind: Kept['kind']): Kept => kept.find((each) => each.kind === kind)!;
  expect(of('runs')).toMatchObject({ keepHours: 960, variable: 'RETENTION_DAYS', isEstimate: false });
  expect(of('runs').rows).toBeGreaterThan(0);
  expect(of('runs').bytes).toBeGreaterThan(8_192);
  expect(of('audit_log')).toMatchObject({ keepHours: null, variable: 'AUDIT_RETENTION_DAYS' });
  expect(of('runs').oldestAt).not.toBeNull();
  expect(of('results').oldestAt).toMatch(/^2020-01-02/);
  expect(of('caught_mails')).toMatchObject({ keepHours: 72, rows: 0, oldestAt: null });
  expect(of('idempotency_keys')).toMatchObject({ keepHours: 48, variable: null });
  const analyst = await createApiUser(database);
  for (const path of ['history', 'retention'])
    expect((await api.send(`/api/v1/operations/${path}`, { token: analyst.token })).status).toBe(403);
});

test('of a table with many rows the number is an estimate', async () => {
  await database.pool.query(
    `insert into caught_mails (id, mail_from, rcpt_to, raw)
     select 'mail_' || n, 'a@example.test', '{b@example.test}', '' from generate_series(1, 12000) as n`,
  );
  await database.pool.query('analyze caught_mails');
  const kept = await measureKept(database.pool);
  expect(kept.find(({ kind }) => kind === 'caught_mails')).toMatchObject({ rows: 12_000, isEstimate: true });
});
