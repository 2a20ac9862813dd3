import { LRUCache } from 'lru-cache';
import type { CacheStore } from './cache.js';

const MAX_ENTRIES = 5_000;
const MAX_CHARACTERS = 32 * 1024 * 1024;

/** Values in this process alone. Another process's change reaches it by announcement. */
export function createMemoryCacheStore(): CacheStore {
  const entries = new LRUCache<string, string>({
    max: MAX_ENTRIES,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (text) => text.length + 1,
  });
  const generations = new Map<string, number>();
  const generationOf = (namespace: string): string => String(generations.get(namespace) ?? 0);
  return {
    needsAnnouncements: true,
    get: async (namespace, key) => {
      const generation = generationOf(namespace);
      return { generation, text: entries.get(`${namespace}|${generation}|${key}`) };
    },
    set: async (namespace, key, { generation, text, ttlMs }) => {
      if (generation === generationOf(namespace))
        entries.set(`${namespace}|${generation}|${key}`, text, { ttl: ttlMs });
    },
    drop: (namespace) => {
      generations.set(namespace, (generations.get(namespace) ?? 0) + 1);
      return undefined;
    },
  };
}
