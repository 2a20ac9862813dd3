import { CircuitBreaker } from '../../../src/platform/cache/breaker.js';
import { createMemoryCacheStore } from '../../../src/platform/cache/memory.js';
import {
  createCache,
  type Cache,
  type CacheOptions,
  type CacheStore,
} from '../../../src/platform/cache/cache.js';
import { countQueries } from '../../support/query-count.js';
import { waitUntil } from '../../support/wait-until.js';

interface Rig {
  readonly cache: Cache;
  readonly counts: Record<string, number>;
  /** The cache's outcome that the request's read reports. */
  outcome(load?: () => Promise<unknown>, key?: string): Promise<string | undefined>;
}

function rig(store: CacheStore, options: Partial<CacheOptions> = {}): Rig {
  const counts: Record<string, number> = {};
  const metrics = {
    count: (_namespace: string, outcome: string) => void (counts[outcome] = (counts[outcome] ?? 0) + 1),
  };
  const cache = createCache({ store, metrics, isListening: () => true, ...options });
  const outcome = async (load: () => Promise<unknown> = async () => 'value', key = 'k') =>
    (await countQueries(() => cache.read('users', key, load))).cache;
  return { cache, counts, outcome };
}

function deferred<Value>() {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}

const failing = (): CacheStore & { calls: number } => ({
  calls: 0,
  needsAnnouncements: false,
  async get() {
    this.calls += 1;
    throw new Error('down');
  },
  set: () => Promise.reject(new Error('down')),
  drop: () => Promise.reject(new Error('down')),
});

test('a value is loaded once, then found, until its namespace is dropped', async () => {
  const { cache, outcome, counts } = rig(createMemoryCacheStore());
  expect([await outcome(), await outcome()]).toEqual(['miss', 'hit']);
  cache.announced('users:token-1');
  expect([await outcome(), await outcome()]).toEqual(['miss', 'hit']);
  expect(counts).toEqual({ miss: 2, hit: 2 });
});

test('the same drop announced twice is one drop', async () => {
  const { cache, outcome } = rig(createMemoryCacheStore());
  cache.announced('users:token-1');
  await outcome();
  cache.announced('users:token-1');
  expect(await outcome()).toBe('hit');
});

test('a read that is older than a drop is never seen after it', async () => {
  const { cache } = rig(createMemoryCacheStore());
  const slow = deferred<string>();
  const older = cache.read('users', 'k', () => slow.promise);
  await waitUntil(async () => true, { what: 'the load to begin' });
  cache.announced('users:token-1');
  slow.resolve('old');
  expect(await older).toBe('old');
  expect(await cache.read('users', 'k', async () => 'new')).toBe('new');
});

test('a load that began before a drop is not joined after it', async () => {
  const { cache } = rig(createMemoryCacheStore());
  const slow = deferred<string>();
  const older = cache.read('users', 'k', () => slow.promise);
  await new Promise(setImmediate);
  cache.announced('users:token-1');
  expect(await cache.read('users', 'k', async () => 'new')).toBe('new');
  slow.resolve('old');
  await older;
  expect(await cache.read('users', 'k', async () => 'never')).toBe('new');
});

test('a hundred reads of one key at once are one load', async () => {
  const { cache } = rig(createMemoryCacheStore());
  let loads = 0;
  const load = async (): Promise<number> => (loads += 1);
  const values = await Promise.all(Array.from({ length: 100 }, () => cache.read('users', 'k', load)));
  expect(new Set(values)).toEqual(new Set([1]));
});

test('a load that fails fails its reader and is not kept', async () => {
  const { cache, outcome } = rig(createMemoryCacheStore());
  await expect(cache.read('users', 'k', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(await outcome()).toBe('miss');
});

test('while announcements cannot arrive, memory is not trusted', async () => {
  let listening = true;
  const { outcome } = rig(createMemoryCacheStore(), { isListening: () => listening });
  await outcome();
  listening = false;
  expect(await outcome()).toBe('bypass');
  listening = true;
  expect(await outcome()).toBe('hit');
});

test('a listener that connects anew drops everything, because it may have missed something', async () => {
  const { cache, outcome } = rig(createMemoryCacheStore());
  await outcome();
  cache.mayHaveMissed();
  expect(await outcome()).toBe('miss');
});

test('a store that is down is asked three times, then left alone, and every read is answered', async () => {
  const store = failing();
  const { outcome, counts } = rig(store);
  for (let read = 0; read < 10; read += 1) expect(await outcome()).toBe('bypass');
  expect(store.calls).toBe(3);
  expect(counts).toEqual({ bypass: 10, error: 3 });
});

test('a store that never answers costs its budget and then nothing', async () => {
  const store: CacheStore = { ...failing(), get: () => new Promise(() => undefined) };
  const { outcome } = rig(store, { budgetMs: 5 });
  for (let read = 0; read < 5; read += 1) expect(await outcome()).toBe('bypass');
});

test('while a drop could not be delivered the namespace is read past, and found again afterwards', async () => {
  const memory = createMemoryCacheStore();
  let down = false;
  const store: CacheStore = {
    ...memory,
    drop: (namespace, token) => (down ? Promise.reject(new Error('down')) : memory.drop(namespace, token)),
  };
  const { cache, outcome } = rig(store);
  await outcome(async () => 'old');
  down = true;
  cache.announced('users:token-1');
  await new Promise(setImmediate);
  expect(await outcome(async () => 'new')).toBe('bypass');
  down = false;
  await waitUntil(async () => (await outcome(async () => 'new')) !== 'bypass', {
    what: 'the drop to be delivered',
  });
  expect(await cache.read('users', 'k', async () => 'new')).toBe('new');
});

test('other namespaces and nonsense on the channel drop nothing', async () => {
  const { cache, outcome } = rig(createMemoryCacheStore());
  await outcome();
  cache.announced('user-stats:token-1');
  cache.announced('users');
  cache.announced('constructor:token-2');
  expect(await outcome()).toBe('hit');
});

test('a breaker lets one attempt through after its pause, and closes when that succeeds', () => {
  let now = 0;
  const breaker = new CircuitBreaker(1_000, () => now);
  for (let failure = 0; failure < 3; failure += 1) breaker.failed();
  expect(breaker.mayTry()).toBe(false);
  now = 1_000;
  expect([breaker.mayTry(), breaker.mayTry()]).toEqual([true, false]);
  breaker.succeeded();
  expect([breaker.mayTry(), breaker.mayTry()]).toEqual([true, true]);
});

test('one commit drops every namespace that it announces', async () => {
  const { cache } = rig(createMemoryCacheStore());
  const read = (namespace: 'users' | 'user-stats', value: string) =>
    cache.read(namespace, 'k', () => Promise.resolve(value));
  await read('users', 'old');
  await read('user-stats', 'old');
  cache.announced('users:77');
  cache.announced('user-stats:77');
  expect([await read('users', 'new'), await read('user-stats', 'new')]).toEqual(['new', 'new']);
});
