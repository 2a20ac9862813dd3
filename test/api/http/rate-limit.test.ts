import { takePermits } from '../../../src/db/base/rate-limits.js';
import { startApi, type TestApi } from '../../support/api.js';
import { startOddServer, startRedis, type RedisServer } from '../../support/servers/cache-redis.js';
import { useDatabase } from '../../support/servers/database.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser } from '../../support/people.js';

const database = useDatabase();
const LIMIT = 30;
const env = { RATE_LIMIT_PER_MINUTE: String(LIMIT), RATE_LIMIT_ANONYMOUS_PER_MINUTE: '10' };

let redis: RedisServer;
const apis: TestApi[] = [];
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});
const start = async (more: Record<string, string> = {}): Promise<TestApi> => {
  const api = await startApi({ database, env: { ...env, ...more } });
  apis.push(api);
  return api;
};

/** How many of `count` requests, sent in turn to each process, were let through. */
async function allowed(processes: readonly TestApi[], token: string, count: number): Promise<number> {
  const statuses = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const answer = await processes[index % processes.length]?.send('/api/v1/me', { token });
      return answer?.status;
    }),
  );
  return statuses.filter((status) => status === 200).length;
}

test.each(['PostgreSQL', 'Redis'])(
  'two processes that share %s let through what one would',
  async (store) => {
    const more: Record<string, string> = store === 'Redis' ? { REDIS_URL: redis.url } : {};
    const processes = [await start(more), await start(more)];
    // A store that answers too late is left out for two seconds, while each process counts alone. Another user
    // is asked until the count is shared.
    const isShared = async (): Promise<boolean> => {
      const { token } = await createApiUser(database);
      return (await allowed(processes, token, LIMIT * 2)) === LIMIT;
    };
    await waitUntil(isShared, { what: 'one limit for both processes' });
    const other = await createApiUser(database);
    expect(await allowed(processes, other.token, 5)).toBe(5);
  },
);

test('a refused request says when to come back', async () => {
  const api = await start({ RATE_LIMIT_PER_MINUTE: '2' });
  const { token } = await createApiUser(database);
  const first = await api.send('/api/v1/me', { token });
  expect(first.headers['ratelimit-policy']).toBe('"default";q=2;w=60');
  expect(first.headers['ratelimit']).toMatch(/^"default";r=1;t=(59|60)$/);
  await api.send('/api/v1/me', { token });
  const refused = await api.send('/api/v1/me', { token });
  expect([refused.status, refused.body['code']]).toEqual([429, 'rate_limited']);
  expect(refused.headers['ratelimit']).toMatch(/^"default";r=0;t=\d+$/);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
});

test('guessing tokens uses up the limit of an address, and leaves those with a good one alone', async () => {
  const api = await start();
  const { token } = await createApiUser(database);
  const statuses: number[] = [];
  for (let index = 0; index < 12; index += 1) {
    statuses.push((await api.send('/api/v1/me', { token: `slk_${'x'.repeat(43)}` })).status);
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  expect((await api.send('/openapi.json')).status).toBe(429);
  expect((await api.send('/api/v1/me', { token })).status).toBe(200);
});

test('probes are never refused', async () => {
  const api = await start();
  for (let index = 0; index < 15; index += 1) expect((await api.send('/healthz')).status).toBe(200);
});

test('a Redis that is down, or takes a question and never answers, refuses and slows nobody for long', async () => {
  const silent = await startOddServer(() => undefined);
  const processes = [
    await start({ REDIS_URL: 'redis://127.0.0.1:1' }),
    await start({ REDIS_URL: silent.url }),
  ];
  try {
    for (const api of processes) {
      const { token } = await createApiUser(database);
      expect(await allowed([api], token, LIMIT + 5)).toBe(LIMIT);
    }
  } finally {
    silent.stop();
  }
});

test('the table of limits starts a window anew when the old one has ended', async () => {
  const asked = { key: 'usr_window', want: 3, limit: 5, windowMs: 60_000 };
  expect(await takePermits(database.pool, asked)).toMatchObject({ granted: 3, remaining: 2 });
  expect(await takePermits(database.pool, asked)).toMatchObject({ granted: 2, remaining: 0 });
  for (let flood = 0; flood < 5; flood += 1) {
    expect(await takePermits(database.pool, asked)).toMatchObject({ granted: 0, remaining: 0 });
  }
  await database.pool.query(
    `update rate_limits set reset_at = now() - interval '1 ms' where key = 'usr_window'`,
  );
  const lease = await takePermits(database.pool, asked);
  expect(lease).toMatchObject({ granted: 3, remaining: 2 });
  expect(lease.resetMs).toBeGreaterThan(55_000);
});
