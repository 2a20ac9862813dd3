import { Client, Connection, type WorkflowClientInterceptor } from '@temporalio/client';
import { temporalTarget } from './connection.js';
import type { Config } from '../config.js';

/**
 * The process's one connection to Temporal. Lazy: the process starts and serves while Temporal is away.
 * Every call goes through `client.withDeadline`, see contracts/deadlines.ts. Close it with `client.connection.close()`.
 */
export function createTemporalClient(
  config: Config,
  interceptors: readonly WorkflowClientInterceptor[] = [],
): Client {
  const { connection, namespace, dataConverter } = temporalTarget(config);
  return new Client({
    connection: Connection.lazy(connection),
    namespace,
    ...(dataConverter === undefined ? {} : { dataConverter }),
    interceptors: { workflow: [...interceptors] },
  });
}
