import type { Check } from '../doctor.js';

/**
 * In the order in which one depends on the other. Each is loaded when it is asked for. Its driver takes a good part of a
 * second, and a container's probe asks for one.
 */
export const checks: readonly Check[] = [
  {
    name: 'configuration',
    look: async (around) => (await import('./configuration.js')).configurationCheck.look(around),
  },
  {
    name: 'postgresql',
    look: async (around) => (await import('./postgresql.js')).postgresqlCheck.look(around),
  },
  { name: 'temporal', look: async (around) => (await import('./temporal.js')).temporalCheck.look(around) },
  { name: 'workers', look: async (around) => (await import('./temporal.js')).workersCheck.look(around) },
  { name: 'sql', look: async (around) => (await import('./sql.js')).sqlCheck.look(around) },
  { name: 'redis', look: async (around) => (await import('./redis.js')).redisCheck.look(around) },
  {
    name: 'object-store',
    look: async (around) => (await import('./object-store.js')).objectStoreCheck.look(around),
  },
  { name: 'api', look: async (around) => (await import('./api.js')).apiCheck.look(around) },
];
