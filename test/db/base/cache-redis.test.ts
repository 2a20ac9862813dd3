import { cacheDroppedChannel } from '../../../src/contracts/names.js';
import { WakeUpListener } from '../../../src/platform/wake-up-listener.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { createMemoryCacheStore } from '../../../src/platform/cache/memory.js';
import { createRedisCacheStore } from '../../../src/platform/cache/redis-store.js';
import { createCache, type Cache, type CacheStore } from '../../../src/platform/cache/cache.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createListenerClient } from '../../../src/platform/pool.js';
import { createRedis, type Redis } from '../../../src/platform/cache/redis.js';
import { startOddServer, startRedis, type RedisServer } from '../../support/servers/cache-redis.js';
import { useDatabase } from '../../support/servers/database.js';
import { countQueries } from '../../support/query-count.js';
import { waitUntil } from '../../support/wait-until.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
const logger = createLogger({ level: 'silent', service: 'test' });
const opened: Redis[] = [];
let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterEach(() => {
  for (const redis of opened.splice(0)) redis.destroy();
});

afterAll(async () => {
  await server.stop();
});

function connect(url: string): Redis {
  const redis = createRedis({ url, logger });
  opened.push(redis);
  return redis;
}

async function connected(): Promise<Redis> {
  const redis = connect(server.url);
  await waitUntil(async () => redis.isReady, { what: 'redis to be ready' });
  await redis.flushAll();
  return redis;
}

function cacheOver(store: CacheStore): Cache {
  return createCache({ store, metrics: { count: () => undefined }, isListening: () => true, budgetMs: 250 });
}

async function outcome(
  cache: Cache,
  load: () => Promise<unknown> = async () => 'value',
): Promise<string | undefined> {
  return (await countQueries(() => cache.read('users', 'k', load))).cache;
}

async function settle(cache: Cache): Promise<void> {
  await waitUntil(async () => (await outcome(cache)) === 'hit', { what: 'a first hit' });
}

test('what one process stored another one finds', async () => {
  const store = createRedisCacheStore(await connected());
  await settle(cacheOver(store));
  expect(await outcome(cacheOver(store))).toBe('hit');
});

test('what one process drops no other process finds', async () => {
  const redis = await connected();
  const [one, other] = [cacheOver(createRedisCacheStore(redis)), cacheOver(createRedisCacheStore(redis))];
  await settle(one);
  await withTransaction(database.pool, (tx) => other.dropOnCommit(tx, 'users'));
  await waitUntil(async () => (await outcome(one, async () => 'new')) === 'hit', {
    what: 'a hit after the drop',
  });
  expect(await one.read('users', 'k', async () => 'never')).toBe('new');
});

test('a read that began before another process dropped is not seen after it', async () => {
  const redis = await connected();
  const [one, other] = [cacheOver(createRedisCacheStore(redis)), cacheOver(createRedisCacheStore(redis))];
  await settle(one);
  await withTransaction(database.pool, (tx) => other.dropOnCommit(tx, 'users'));
  await waitUntil(async () => (await redis.get('sluice:cache:{users}:generation')) !== null, {
    what: 'the drop',
  });
  let finish!: (value: string) => void;
  const slow = new Promise<string>((resolve) => (finish = resolve));
  let began = false;
  const older = one.read('users', 'late', () => {
    began = true;
    return slow;
  });
  await waitUntil(async () => began, { what: 'the load to begin' });
  const before = await redis.get('sluice:cache:{users}:generation');
  await withTransaction(database.pool, (tx) => other.dropOnCommit(tx, 'users'));
  await waitUntil(async () => (await redis.get('sluice:cache:{users}:generation')) !== before, {
    what: 'the drop',
  });
  finish('old');
  await older;
  expect(await other.read('users', 'late', async () => 'new')).toBe('new');
});

test('a change that rolls back drops nothing', async () => {
  const cache = cacheOver(createRedisCacheStore(await connected()));
  await settle(cache);
  const refused = withTransaction(database.pool, async (tx) => {
    await cache.dropOnCommit(tx, 'users');
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  expect(await outcome(cache)).toBe('hit');
});

test.each<[string, (redis: Redis) => Promise<unknown>]>([
  [
    'a value that is no JSON',
    async (redis) => {
      const generation = await redis.get('sluice:cache:{users}:generation');
      await redis.set('sluice:cache:{users}:key:k', `${generation}\n{"half`);
    },
  ],
  ['a value without a generation', (redis) => redis.set('sluice:cache:{users}:key:k', 'garbage')],
  ['a generation that is no number', (redis) => redis.set('sluice:cache:{users}:generation', 'garbage')],
])('%s is read past, and replaced by the next reads', async (_what, spoil) => {
  const redis = await connected();
  const cache = cacheOver(createRedisCacheStore(redis));
  await settle(cache);
  await spoil(redis);
  expect(await outcome(cache)).toBe('bypass');
  await settle(cache);
});

test.each<[string, (redis: Redis) => Promise<unknown>]>([
  [
    'a list where the value should be',
    async (redis) => {
      await redis.del('sluice:cache:{users}:key:k');
      await redis.rPush('sluice:cache:{users}:key:k', 'x');
    },
  ],
  [
    'a list where the generation should be',
    async (redis) => {
      await redis.del('sluice:cache:{users}:generation');
      await redis.rPush('sluice:cache:{users}:generation', 'x');
    },
  ],
  ['an emptied Redis', (redis) => redis.flushAll()],
])('%s is a miss, and replaced by the next reads', async (_what, spoil) => {
  const redis = await connected();
  const cache = cacheOver(createRedisCacheStore(redis));
  await settle(cache);
  await spoil(redis);
  expect(await outcome(cache)).toBe('miss');
  await settle(cache);
});

test('a generation that was lost does not come back with its old values', async () => {
  const redis = await connected();
  const cache = cacheOver(createRedisCacheStore(redis));
  await settle(cache);
  await redis.del('sluice:cache:{users}:generation');
  await waitUntil(async () => (await outcome(cache, async () => 'new')) === 'hit', { what: 'a hit' });
  expect(await cache.read('users', 'k', async () => 'never')).toBe('new');
});

test('with Redis killed every read is answered past it, and it is used again when it is back', async () => {
  const own = await startRedis();
  const redis = connect(own.url);
  await waitUntil(async () => redis.isReady, { what: 'redis to be ready' });
  const cache = cacheOver(createRedisCacheStore(redis));
  await settle(cache);
  await own.stop();
  for (let read = 0; read < 5; read += 1) expect(await outcome(cache)).toBe('bypass');
  await own.start();
  await settle(cache);
  await own.stop();
});

test.each<[string, Parameters<typeof startOddServer>[0]]>([
  ['never answers', () => undefined],
  ['answers nonsense', (socket) => void socket.on('data', () => socket.write('HTTP/1.1 418 teapot\r\n\r\n'))],
  ['hangs up', (socket) => void socket.end()],
])('with a server that %s every read is answered past it', async (_what, behave) => {
  const odd = await startOddServer(behave);
  const cache = cacheOver(createRedisCacheStore(connect(odd.url)));
  for (let read = 0; read < 5; read += 1) expect(await outcome(cache)).toBe('bypass');
  odd.stop();
});

test('a change of a user by anyone drops the memory of every process that listens', async () => {
  const listeners: WakeUpListener[] = [];
  const caches = [1, 2].map(() => {
    const cache: Cache = createCache({
      store: createMemoryCacheStore(),
      metrics: { count: () => undefined },
      isListening: () => listener.listening,
    });
    const listener = new WakeUpListener({
      createClient: () => createListenerClient(database.url, 'test'),
      channel: cacheDroppedChannel,
      logger,
      onMessage: (payload) => cache.announced(payload),
      onListening: () => cache.mayHaveMissed(),
    });
    listeners.push(listener);
    listener.start();
    return cache;
  });
  for (const cache of caches) await settle(cache);
  await givenUser(database.pool);
  for (const cache of caches) {
    await waitUntil(async () => (await cache.read('users', 'k', async () => 'new')) === 'new', {
      what: 'the drop',
    });
  }
  await Promise.all(listeners.map((listener) => listener.stop()));
});
