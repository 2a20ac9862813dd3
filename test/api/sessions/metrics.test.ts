import { sessionMetricsSchema, type SessionMetrics } from '../../../src/contracts/sessions/metrics.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import type { HttpAnswer } from '../../support/http.js';
import { SeededSession, type SessionSeed } from './reads-fixture.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
const PATH = '/api/v1/cot-sessions/metrics';

const seed = (user: TestUser, more: SessionSeed = {}): Promise<SeededSession> =>
  SeededSession.create(database.pool, user.id, more);
const get = (user: TestUser, query = ''): Promise<HttpAnswer> =>
  api.send(`${PATH}${query}`, { token: user.token });
const metricsOf = async (user: TestUser, query = ''): Promise<SessionMetrics> =>
  sessionMetricsSchema.strict().parse((await get(user, query)).body);

test('durations, retries and errors come by template, phase and step, and people’s time apart from them', async () => {
  const me = await createApiUser(database);
  const session = await seed(me);
  await session.step({ durationMs: 1_000, failedTries: 2 });
  await session.step({ durationMs: 5_000 });
  await session.step({ durationMs: 2_000 });
  await session.openGate();
  session.wait(600_000);
  await session.approve();
  const other = await seed(me);
  await other.step({ durationMs: 3_000 });
  await other.fail();
  const metrics = await metricsOf(me);
  expect(metrics.templates).toHaveLength(1);
  const [template] = metrics.templates;
  expect(template).toMatchObject({
    template: 'minimal',
    runs: 5,
    completed: 4,
    failed: 1,
    retries: 3,
    errorRate: 0.2,
    p50Ms: 2_500,
    sessions: { created: 2, open: 2, completed: 0 },
    wait: { decisions: 1, open: 0, p50Ms: 600_000, totalMs: 600_000 },
  });
  expect(template?.phases).toMatchObject([
    {
      phase: 1,
      key: 'understand',
      title: 'Understand',
      runs: 5,
      wait: { decisions: 1, p50Ms: 600_000 },
      steps: [
        { step: 'THINK', runs: 2, completed: 2, retries: 2, errorRate: 0, p50Ms: 2_000, p95Ms: 2_900 },
        { step: 'EXECUTE', runs: 2, completed: 1, failed: 1, retries: 1, errorRate: 0.5, p50Ms: 5_000 },
        { step: 'INTEGRATE', runs: 1, completed: 1, p50Ms: 2_000, totalMs: 2_000 },
      ],
    },
  ]);
  expect(metrics.bottlenecks.map(({ step, totalMs }) => [step, totalMs])).toEqual([
    ['EXECUTE', 5_200],
    ['THINK', 4_000],
    ['INTEGRATE', 2_000],
  ]);
  expect(metrics.bottlenecks.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  expect(metrics.humanShare).toBeCloseTo(600_000 / 611_200);
});

test('an analyst sees the metrics of their own sessions, an administrator those of all', async () => {
  const [me, other] = [await createApiUser(database), await createApiUser(database)];
  const admin = await createApiUser(database, 'ADMIN');
  await (await seed(me)).step();
  await (await seed(other)).phase();
  expect((await metricsOf(me)).templates).toMatchObject([{ runs: 1 }]);
  expect((await metricsOf(other)).templates).toMatchObject([{ runs: 3 }]);
  const [all] = (await metricsOf(admin)).templates;
  expect(all?.runs).toBeGreaterThanOrEqual(4);
});

test('only what ended in the window counts, and what a fork took over did not run', async () => {
  const me = await createApiUser(database);
  const old = await seed(me, { agoMs: 7_200_000 });
  await old.step();
  const copied = await seed(me);
  const stepId = await copied.step();
  await database.pool.query('update session_steps set origin_step_id = $2 where id = $1', [stepId, 'step_x']);
  expect((await metricsOf(me, '?window=90m')).templates).toMatchObject([{ runs: 0 }]);
  expect((await metricsOf(me, '?window=1d')).templates).toMatchObject([{ runs: 1 }]);
});

test('sessions that should move and do not are stuck, those that wait for people for long are stale', async () => {
  const me = await createApiUser(database);
  const queued = await seed(me, { agoMs: 120_000, topic: 'queued' });
  const fresh = await seed(me, { agoMs: 1_000, topic: 'fresh' });
  const running = await seed(me, { agoMs: 600_000, topic: 'running' });
  await running.beginStep();
  const failed = await seed(me, { agoMs: 50_000, topic: 'failed' });
  await failed.fail();
  const waiting = await seed(me, { agoMs: 100_000_000, topic: 'waiting' });
  await waiting.phase();
  await waiting.openGate();
  const recent = await seed(me, { agoMs: 50_000, topic: 'recent' });
  await recent.phase();
  await recent.openGate();
  const { stuck, stale } = await metricsOf(me);
  expect(stuck.items.map(({ id, reason }) => [id, reason])).toEqual([
    [running.id, 'no_movement'],
    [queued.id, 'not_started'],
    [failed.id, 'needs_attention'],
  ]);
  expect([stuck.total, stale.total]).toEqual([3, 1]);
  expect(stale.items).toMatchObject([{ id: waiting.id, reason: 'waiting_for_people', topic: 'waiting' }]);
  expect(JSON.stringify([stuck, stale])).not.toContain(fresh.id);
});

test('it takes four statements whatever there is, and a window that nobody can mean is refused', async () => {
  const me = await createApiUser(database);
  const empty = await get(me);
  expect(empty.body).toMatchObject({ templates: [], bottlenecks: [], humanShare: null });
  expect(String(empty.headers['server-timing'])).toContain('desc="4 quer');
  await (await seed(me)).finish();
  expect(String((await get(me)).headers['server-timing'])).toContain('desc="4 quer');
  for (const window of ['0h', '24', '91d', '1w', '']) {
    expect((await get(me, `?window=${window}`)).status).toBe(400);
  }
});
