import type { Pool } from 'pg';
import { version } from '../../contracts/version.js';
import type { ApiMetrics } from './api-metrics.js';

/** Of every process alike: its version and its pool. */
export function exposeProcess(
  metrics: Pick<ApiMetrics, 'set' | 'onScrape'>,
  pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount' | 'options'>,
): void {
  metrics.set('sluice_build_info', { version, node: process.versions.node }, 1);
  metrics.set('sluice_database_connections_max', {}, pool.options.max);
  metrics.onScrape(() => {
    metrics.set('sluice_database_connections', {}, pool.totalCount);
    metrics.set('sluice_database_idle', {}, pool.idleCount);
    metrics.set('sluice_database_waiting', {}, pool.waitingCount);
  });
}
