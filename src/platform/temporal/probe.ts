import { Connection, ServiceError } from '@temporalio/client';
import type { TemporalTarget } from './connection.js';

/** The findings about a Temporal server. `undefined`: it was not asked, because what comes before it is missing. */
export interface TemporalProbe {
  readonly serverVersion: string;
  readonly namespaceExists: boolean;
  readonly missingSearchAttributes: readonly string[] | undefined;
  readonly unservedTaskQueues: readonly string[] | undefined;
}

export interface ProbeQuestions {
  readonly searchAttributes: readonly string[];
  readonly taskQueues: readonly string[];
}

const GRPC_NOT_FOUND = 5;
/** A poll waits a minute at the server; who polled longer ago than that is gone. */
const POLLER_FRESH_MS = 70_000;
/** `temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW` and `…_ACTIVITY`. */
const queueTypes = [1, 2];

/** A connection of its own, for one look. Throws when there is no answer within `patienceMs`. */
export async function probeTemporal(
  target: TemporalTarget,
  questions: ProbeQuestions,
  patienceMs: number,
): Promise<TemporalProbe> {
  const connection = await Connection.connect({ ...target.connection, connectTimeout: patienceMs });
  try {
    return await connection.withDeadline(Date.now() + patienceMs, () =>
      ask(connection, target.namespace, questions),
    );
  } finally {
    await connection.close();
  }
}

async function ask(
  connection: Connection,
  namespace: string,
  questions: ProbeQuestions,
): Promise<TemporalProbe> {
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  const known = { serverVersion: serverVersion ?? 'unknown' };
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return {
      ...known,
      namespaceExists: false,
      missingSearchAttributes: undefined,
      unservedTaskQueues: undefined,
    };
  }
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missingSearchAttributes = questions.searchAttributes.filter(
    (name) => !(name in (customAttributes ?? {})),
  );
  const served = await Promise.all(questions.taskQueues.map((name) => isServed(connection, namespace, name)));
  const unservedTaskQueues = questions.taskQueues.filter((_, index) => !served[index]);
  return { ...known, namespaceExists: true, missingSearchAttributes, unservedTaskQueues };
}

async function isServed(connection: Connection, namespace: string, name: string): Promise<boolean> {
  const answers = await Promise.all(
    queueTypes.map((taskQueueType) =>
      connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType }),
    ),
  );
  const oldest = Date.now() - POLLER_FRESH_MS;
  const pollers = answers.flatMap((answer) => answer.pollers ?? []);
  return pollers.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > oldest);
}

function isNotFound(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === GRPC_NOT_FOUND;
}
