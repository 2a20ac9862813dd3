import type { Pool } from 'pg';
import type { Config } from '../config.js';
import type { Logger } from '../logger.js';
import { installObservedRuntime, installTemporalRuntime } from '../temporal/worker.js';
import { exposeProcess } from './process-metrics.js';
import { createWorkerMetrics, type WorkerMetrics } from './worker-metrics.js';
import { startWorkerServer } from './worker-server.js';

export interface WorkerObservation extends Pick<WorkerMetrics, 'activityInterceptors'> {
  watch(worker: { isRunning(): boolean }, pool: Pool): void;
  close(): Promise<void>;
}

const unobserved: WorkerObservation = {
  activityInterceptors: [],
  watch: () => undefined,
  close: () => Promise.resolve(),
};

/** Installs the SDK's runtime, and where a port is configured the server of this worker's metrics. */
export async function observeWorker(config: Config, logger: Logger): Promise<WorkerObservation> {
  const { workerMetricsPort: port, metricsToken: token, host } = config;
  if (port === undefined) {
    installTemporalRuntime(logger);
    return unobserved;
  }
  const metrics = createWorkerMetrics();
  let isReady = (): boolean => false;
  const sdkMetricsUrl = await installObservedRuntime(logger);
  const server = await startWorkerServer({
    host,
    port,
    metrics,
    sdkMetricsUrl,
    token,
    isReady: () => isReady(),
  });
  logger.info({ host, port: server.port }, 'the worker serves its metrics');
  return {
    activityInterceptors: metrics.activityInterceptors,
    watch(worker, pool) {
      isReady = () => worker.isRunning();
      exposeProcess(metrics, pool);
    },
    close: () => server.close(),
  };
}
