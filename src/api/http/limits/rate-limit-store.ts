import { permitsOf, takePermits, type RateLimitLease } from '../../../db/base/rate-limits.js';
import type { Db } from '../../../db/base/sql.js';
import type { Redis } from '../../../platform/cache/redis.js';

export type { RateLimitLease };

export interface LeaseRequest {
  readonly key: string;
  readonly want: number;
  readonly limit: number;
  readonly windowMs: number;
}

/** Where the count of all processes is. */
export interface RateLimitStore {
  /** Takes what is left of `want` permits. */
  take(request: LeaseRequest): Promise<RateLimitLease>;
}

export function createPostgresRateLimitStore(db: Db): RateLimitStore {
  return { take: (request) => takePermits(db, request) };
}

// A key without an expiry, from a crash between two commands, would refuse for ever: a script is one step.
const TAKE = `
local used = redis.call('incrby', KEYS[1], ARGV[1])
local left = redis.call('pttl', KEYS[1])
if left < 0 then
  redis.call('pexpire', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return {used, left}`;

export function createRedisRateLimitStore(redis: Redis, prefix = 'sluice'): RateLimitStore {
  return {
    async take({ key, want, limit, windowMs }) {
      const answer = await redis.eval(TAKE, {
        keys: [`${prefix}:rate:${key}`],
        arguments: [String(want), String(windowMs)],
      });
      const [used, resetMs] = answer as [number, number];
      return { ...permitsOf(used, want, limit), resetMs };
    },
  };
}
