import { randomUUID } from 'node:crypto';
import { CacheGarbageError, type CacheStore } from './cache.js';
import type { Redis } from './redis.js';

/**
 * Values in Redis, shared by all processes. The hash tag `{…}` keeps a namespace on one cluster node.
 *   <prefix>:cache:{<namespace>}:generation    microseconds of the last drop, always growing.
 *   <prefix>:cache:{<namespace>}:drop:<token>  a drop that was carried out (60 s).
 *   <prefix>:cache:{<namespace>}:key:<key>     `<generation>\n<JSON>`, with the time to live of the namespace.
 *
 * R1. A value is good only under the generation that is current when it is read, whichever process wrote it.
 * R2. Without a generation (evicted, flushed) nothing may be stored: it would come back to life under a repeated number.
 *     The clock in it keeps numbers from repeating.
 */
const DROP = `
if not redis.call('set', KEYS[2], '1', 'NX', 'PX', 60000) then return 0 end
local time = redis.call('time')
local now = time[1] * 1000000 + time[2]
local kept = redis.pcall('get', KEYS[1])
local current = type(kept) == 'string' and tonumber(kept) or 0
if current > now + 60000000 then current = 0 end
redis.call('set', KEYS[1], string.format('%.0f', math.max(now, current + 1)))
return 1`;

const ENTRY = /^(\d+)\n/;

export function createRedisCacheStore(redis: Redis, prefix = 'sluice'): CacheStore {
  const keyOf = (namespace: string, rest: string): string => `${prefix}:cache:{${namespace}}:${rest}`;
  const drop = async (namespace: string, token: string): Promise<void> => {
    const keys = [keyOf(namespace, 'generation'), keyOf(namespace, `drop:${token}`)];
    await redis.eval(DROP, { keys, arguments: [] });
  };
  return {
    needsAnnouncements: false,
    get: async (namespace, key) => {
      const keys = [keyOf(namespace, 'generation'), keyOf(namespace, `key:${key}`)];
      const [generation, entry] = await redis.mGet(keys);
      if (generation === null || generation === undefined) {
        await drop(namespace, randomUUID());
        return { generation: undefined, text: undefined };
      }
      if (!/^\d+$/.test(generation)) throw new CacheGarbageError('the generation is not a number');
      if (entry === null || entry === undefined) return { generation, text: undefined };
      const written = ENTRY.exec(entry)?.[1];
      if (written === undefined) {
        await redis.del(keyOf(namespace, `key:${key}`));
        throw new CacheGarbageError('a cached value has no generation');
      }
      return { generation, text: written === generation ? entry.slice(written.length + 1) : undefined };
    },
    set: async (namespace, key, { generation, text, ttlMs }) => {
      await redis.set(keyOf(namespace, `key:${key}`), `${generation}\n${text}`, {
        expiration: { type: 'PX', value: ttlMs },
      });
    },
    drop,
  };
}
