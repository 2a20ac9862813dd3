import { startApi, useApi, type TestApi } from '../../support/api.js';
import { startRedis } from '../../support/servers/cache-redis.js';
import { useDatabase } from '../../support/servers/database.js';
import { withWorker } from '../../support/workers/worker.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser } from '../../support/people.js';

interface Readiness {
  readonly status: string;
  readonly checks: Record<string, { status: string; pollers?: Record<string, number> }>;
}

const database = useDatabase();
const temporal = useTemporal();
const METRICS_TOKEN = 'a-token-for-the-scraper';
const api = useApi({ database, env: { METRICS_TOKEN } });
const readiness = async (of: TestApi): Promise<Readiness> =>
  (await of.send('/readyz')).body as unknown as Readiness;

test('an administrator sees parts, queues with their slots, and what is stuck', async () => {
  const [admin, analyst] = [await createApiUser(database, 'ADMIN'), await createApiUser(database)];
  expect((await api.send('/api/v1/operations', { token: analyst.token })).status).toBe(403);
  const without = await api.send('/api/v1/operations', { token: admin.token });
  expect([without.status, without.body]).toMatchObject([
    200,
    { status: 'degraded', parts: { postgres: { status: 'up' } }, stuck: { total: 0 } },
  ]);
  const whole = await startApi({ database, temporal });
  try {
    const { body } = await whole.send('/api/v1/operations?window=1h', { token: admin.token });
    const queues = body['queues'] as { name: string }[];
    expect(queues.map(({ name }) => name)).toEqual(['flow', 'llm', 'sql', 'notify']);
    expect(queues[2]).toMatchObject({
      pollers: { activities: 0 },
      backlog: { workflows: 0, activities: 0 },
      slots: { used: 0, total: 5, waiting: 0 },
    });
    expect(body['sessions']).toMatchObject({ window: '1h', templates: [] });
  } finally {
    await whole.close();
  }
});

test('without Temporal it still serves, and says what is missing', async () => {
  const answer = await api.send('/readyz');
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    status: 'degraded',
    checks: { postgres: { status: 'up' }, temporal: { status: 'down' }, workers: { status: 'down' } },
  });
  expect(answer.body['checks']).not.toHaveProperty('redis');
});

test('with a worker everything is up, and who polls is counted', async () => {
  const redis = await startRedis();
  const whole = await startApi({ database, temporal, env: { REDIS_URL: redis.url } });
  try {
    expect(await readiness(whole)).toMatchObject({
      status: 'degraded',
      checks: { temporal: { status: 'up' }, workers: { status: 'down' }, redis: { status: 'up' } },
    });
    await withWorker(database, temporal, {}, async () => {
      const ready = await waitUntil(
        async () => {
          const found = await readiness(whole);
          return found.status === 'ready' && found;
        },
        { what: 'the worker to be seen' },
      );
      expect(ready.checks['workers']?.pollers).toMatchObject({ workflows: 1, flow: 1, sql: 0 });
    });
    await redis.stop();
    await waitUntil(async () => (await readiness(whole)).checks['redis']?.status === 'down', {
      what: 'Redis gone',
    });
  } finally {
    await whole.close();
    await redis.stop();
  }
});

test('in front of a foreign Temporal it does not serve, and says why', async () => {
  await database.pool.query(
    `insert into temporal_home (namespace_id, namespace) values ('another', 'production')`,
  );
  const astray = await startApi({ database, temporal });
  try {
    const answer = await astray.send('/readyz');
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      status: 'unavailable',
      checks: {
        maintenance: { status: 'down', reason: expect.stringContaining('"production" (another)') as string },
      },
    });
  } finally {
    await astray.close();
    await database.pool.query('delete from temporal_home');
  }
});

test('many who ask at once ask the surroundings once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.send('/readyz')));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
});

test('metrics are for the scraper, name routes by their pattern, and hold no address', async () => {
  const user = await createApiUser(database);
  await api.send('/jobs/job_00000000000000000000000000', { token: user.token });
  await api.send('/jobs/job_00000000000000000000000001', { token: user.token });
  const refused = await api.send('/metrics', { token: `${METRICS_TOKEN}x` });
  expect(refused.status).toBe(401);
  const { status, text } = await api.send('/metrics', { token: METRICS_TOKEN });
  expect(status).toBe(200);
  expect(text).toMatch(
    /sluice_http_request_duration_seconds_count\{method="GET",route="\/jobs\/:id",status="404"\} 2/,
  );
  expect(text).not.toContain('job_0000');
  expect(text).toMatch(/^sluice_event_streams 0$/m);
  expect(text).toMatch(/^sluice_database_connections \d+$/m);
});
