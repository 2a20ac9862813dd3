import type { Check } from '../doctor.js';
import { apiCheck } from './api.js';
import { configurationCheck } from './configuration.js';
import { postgresqlCheck } from './postgresql.js';
import { redisCheck } from './redis.js';
import { temporalCheck, workersCheck } from './temporal.js';

/** In the order in which one depends on the other. */
export const checks: readonly Check[] = [
  configurationCheck,
  postgresqlCheck,
  temporalCheck,
  workersCheck,
  redisCheck,
  apiCheck,
];
