import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { loadConfig, type Config } from '../../../src/platform/config.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createPool } from '../../../src/platform/pool.js';
import { temporalTarget } from '../../../src/platform/temporal/connection.js';
import { connectTemporalWorker, installTemporalRuntime } from '../../../src/platform/temporal/worker.js';
import { createWorker, type WorkerDeps } from '../../../src/workers/worker.js';

/** Written on standard output, where the test reads it as a line. */
export const say = (words: string): void => void process.stdout.write(`${words}\n`);

export interface ProgramPlaces {
  readonly config: Config;
  readonly pool: Pool;
  readonly client: Client;
}

export interface WorkerProgram extends Pick<WorkerDeps, 'queues' | 'activities' | 'concurrency'> {
  close?(): void;
}

/**
 * The worker as production makes it, in a process that a test kills. It says `booted` when it looks for
 * Temporal, and `ready` when it takes work. SIGTERM ends it.
 */
export async function runWorkerProgram(
  open: (places: ProgramPlaces) => WorkerProgram | Promise<WorkerProgram>,
): Promise<void> {
  const config = loadConfig();
  const logger = createLogger({ level: 'silent', service: 'worker' });
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  installTemporalRuntime(logger);
  const databaseUrl = config.databaseUrl ?? '';
  const pool = createPool({ databaseUrl, max: 15, applicationName: 'worker', logger });
  say('booted');
  const connection = await connectTemporalWorker(temporalTarget(config), logger, stop.signal);
  if (connection !== undefined) {
    const { native, namespace, client } = connection;
    const { close, ...program } = await open({ config, pool, client });
    const workflowBundle = { codePath: process.env['WORKFLOW_BUNDLE'] ?? '' };
    const worker = await createWorker({ connection: native, namespace, workflowBundle, ...program });
    stop.signal.addEventListener('abort', () => worker.shutdown());
    say('ready');
    await worker.run();
    await native.close();
    close?.();
  }
  await pool.end();
}
