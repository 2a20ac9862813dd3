import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { IllegalStateError } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';

export interface TestTemporal {
  readonly client: Client;
  readonly connection: Connection;
  /** The worker's connection, made on the first call. */
  readonly nativeConnection: () => Promise<NativeConnection>;
  readonly address: string;
  readonly namespace: string;
}

/** `temporal.api.enums.v1.IndexedValueType`, which the SDK does not export as a value. */
const KEYWORD = 2;
const INT = 3;

/** The search attributes that the embedded server and `deploy/` give their namespace too. */
const searchAttributes = { CotStatus: KEYWORD, CotPhase: INT, CotTemplate: KEYWORD };

/**
 * A namespace of this test file's own on the server of the run. No test sees another's workflows, queues or
 * schedules.
 */
export function useTemporal(): TestTemporal {
  const address = addressOfRun();
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  let connection: Connection | undefined;
  let client: Client | undefined;
  let native: Promise<NativeConnection> | undefined;
  beforeAll(async () => {
    connection = await Connection.connect({ address });
    await registerNamespace(connection, namespace);
    client = new Client({ connection, namespace });
  });
  afterAll(async () => {
    await (await native)?.close();
    await connection?.close();
  });
  return {
    address,
    namespace,
    get client() {
      return present(client);
    },
    get connection() {
      return present(connection);
    },
    nativeConnection: () => (native ??= connectNatively(address)),
  };
}

/** The SDK's own lines about starting and stopping workers would bury the report of the run. */
async function connectNatively(address: string): Promise<NativeConnection> {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
  return NativeConnection.connect({ address });
}

async function registerNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}

function addressOfRun(): string {
  const address = process.env['SLUICE_TEST_TEMPORAL_ADDRESS'];
  if (address === undefined)
    throw new Error('run the tests with `npm test`: it starts their Temporal server');
  return address;
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined)
    throw new Error('the connection is there only while tests run: use it inside a test or a hook');
  return value;
}
