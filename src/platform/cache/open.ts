import { createCache, type Cache } from './cache.js';
import { createMemoryCacheStore } from './memory.js';
import { createRedisCacheStore } from './redis-store.js';
import type { ApiMetrics } from '../metrics/api-metrics.js';
import type { Config } from '../config.js';
import type { Logger } from '../logger.js';
import type { Redis } from './redis.js';

/** Nothing where none is named. The client is loaded only where it is used: it is large. */
export async function openRedis(
  { redisUrl: url }: Pick<Config, 'redisUrl'>,
  logger: Logger,
): Promise<Redis | undefined> {
  if (url === undefined) return undefined;
  return (await import('./redis.js')).createRedis({ url, logger });
}

/** In Redis where there is one, else in the memory of the process. */
export function openCache(redis: Redis | undefined, metrics: ApiMetrics, isListening: () => boolean): Cache {
  const store = redis === undefined ? createMemoryCacheStore() : createRedisCacheStore(redis);
  return createCache({
    store,
    isListening,
    metrics: { count: (namespace, outcome) => metrics.cache(namespace, outcome) },
  });
}
