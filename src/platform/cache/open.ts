import { createCache, type Cache } from './cache.js';
import { createMemoryCacheStore } from './memory.js';
import { createRedisCacheStore } from './redis-store.js';
import type { ApiMetrics } from '../metrics/api-metrics.js';
import type { Redis } from './redis.js';

/** In Redis where there is one, else in the memory of the process. */
export function openCache(redis: Redis | undefined, metrics: ApiMetrics, isListening: () => boolean): Cache {
  const store = redis === undefined ? createMemoryCacheStore() : createRedisCacheStore(redis);
  return createCache({
    store,
    isListening,
    metrics: { count: (namespace, outcome) => metrics.cache(namespace, outcome) },
  });
}
