import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../../platform/logger.js';
import { createRedis } from '../../platform/cache/redis.js';
import { reasonOf, type Check } from '../doctor.js';

const PATIENCE_MS = 3_000;

/** Nothing depends on Redis for being right, so that it is down is a warning. */
export const redisCheck: Pick<Check, 'look'> = {
  async look({ config }) {
    if (config.redisUrl === undefined) {
      return [
        {
          state: 'unused',
          what: 'REDIS_URL is not set: the cache is in memory, rate limits are in PostgreSQL.',
        },
      ];
    }
    const redis = createRedis({
      url: config.redisUrl,
      logger: createLogger({ level: 'silent', service: 'sluice-cli' }),
    });
    let reason = 'it did not answer in time';
    redis.on('error', (error: unknown) => void (reason = reasonOf(error)));
    try {
      const ready = new Promise<true>((resolve) => redis.once('ready', () => resolve(true)));
      if (redis.isReady || (await Promise.race([ready, delay(PATIENCE_MS, false)]))) {
        await redis.ping();
        return [{ state: 'ok', what: 'Redis answers.' }];
      }
    } catch (error) {
      reason = reasonOf(error);
    } finally {
      redis.destroy();
    }
    const fix = 'Check that it runs, and the password of REDIS_URL; or unset REDIS_URL.';
    return [{ state: 'warning', what: `Redis cannot be used: ${reason}.`, fix }];
  },
};
