import type { PoolOptions } from './pool.js';
import { ConfigError, type Config } from './config.js';

/** For a process that cannot do without: `npm start` gives its own parts the address of the embedded database. */
export function databaseUrlOf(config: Config): string {
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  throw new ConfigError([
    'DATABASE_URL: given nothing, allowed: a URL that begins with postgres:// (`npm start` brings its own database)',
  ]);
}

/** For LISTEN and locks of a session: behind a pooler of transactions each statement may meet another connection. */
export function directDatabaseUrlOf(config: Config): string {
  return config.databaseDirectUrl ?? databaseUrlOf(config);
}

/** Of the pool of a process. A second address says that the first one is a pooler's. */
export function poolOf(config: Config): Pick<PoolOptions, 'databaseUrl' | 'max' | 'behindPooler'> {
  const behindPooler = config.databaseDirectUrl !== undefined;
  return { databaseUrl: databaseUrlOf(config), max: config.databasePoolMax, behindPooler };
}
