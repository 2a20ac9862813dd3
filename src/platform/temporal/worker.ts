import { setTimeout } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  type LogEntry,
} from '@temporalio/worker';
import type { DataConverter } from '@temporalio/common';
import { freePort } from '../free-port.js';
import type { Logger } from '../logger.js';
import type { TemporalTarget } from './connection.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
const MOST_PORTS = 5;

/**
 * The SDK's own lines go to our log, its own metrics to a loopback port where one is given. Call it before any connection:
 * the runtime is made once a process.
 */
export function installTemporalRuntime(logger: Logger, metricsPort?: number): void {
  Runtime.install({
    // Ours is the only handler of signals: the SDK's would stop the worker beside it, in its own order.
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', (entry) => writeEntry(logger, entry)),
    // The native part writes to standard error by itself otherwise, past the format and the length of our lines.
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metricsPort === undefined ? {} : { metrics: sdkMetrics(metricsPort) }),
    },
  });
}

/** Names as Prometheus wants them: `_total` for counters, seconds for times. */
function sdkMetrics(port: number) {
  return {
    prometheus: {
      bindAddress: `127.0.0.1:${port}`,
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
    },
  };
}

/** With the SDK's metrics and their address. A port that another process took in between is tried again. */
export async function installObservedRuntime(logger: Logger): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    try {
      installTemporalRuntime(logger, port);
      return `http://127.0.0.1:${port}/metrics`;
    } catch (error) {
      if (tries === MOST_PORTS) throw error;
    }
  }
}

function writeEntry(logger: Logger, { level, message, meta }: LogEntry): void {
  const fields = { sdk: 'temporal', ...meta };
  switch (level) {
    case 'ERROR':
      return logger.error(fields, message);
    case 'WARN':
      return logger.warn(fields, message);
    case 'INFO':
      return logger.info(fields, message);
    case 'DEBUG':
    case 'TRACE':
      return logger.debug(fields, message);
  }
}

export interface WorkerConnection {
  readonly native: NativeConnection;
  /** Over the same connection. */
  readonly client: Client;
  readonly namespace: string;
  /** For the workers on it: they read what its client writes. */
  readonly dataConverter?: DataConverter;
}

/**
 * The worker's one connection. A worker that boots while Temporal is away keeps trying until `signal` says stop;
 * undefined means that it was stopped.
 */
export async function connectTemporalWorker(
  target: TemporalTarget,
  logger: Logger,
  signal: AbortSignal,
): Promise<WorkerConnection | undefined> {
  for (let waitMs = FIRST_RETRY_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
    try {
      const native = await NativeConnection.connect(target.connection);
      const { namespace, dataConverter } = target;
      const converter = dataConverter === undefined ? {} : { dataConverter };
      const client = new Client({ connection: native, namespace, ...converter });
      return { native, namespace, client, ...converter };
    } catch (error) {
      logger.warn({ err: error, address: target.address, retryInMs: waitMs }, 'Temporal does not answer yet');
      await setTimeout(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
