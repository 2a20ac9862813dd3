import type { Client } from '@temporalio/client';

/** `temporal.api.enums.v1.TaskQueueType`. */
const queueTypes = { workflows: 1, activities: 2 } as const;

/** A poll waits a minute at the server; who polled longer ago than that is gone. */
const POLLER_FRESH_MS = 70_000;

interface AskedQueue {
  readonly name: string;
  readonly type: keyof typeof queueTypes;
  /** The server counts the backlog for it. */
  readonly withBacklog?: boolean;
}

interface SeenQueue {
  readonly pollers: number;
  readonly backlog: number;
  readonly oldestMs: number;
}

/** The workers that poll a queue now, and its backlog. */
export async function lookAtQueue(temporal: Client, asked: AskedQueue): Promise<SeenQueue> {
  const { pollers, stats } = await temporal.workflowService.describeTaskQueue({
    namespace: temporal.options.namespace,
    taskQueue: { name: asked.name },
    taskQueueType: queueTypes[asked.type],
    reportStats: asked.withBacklog === true,
  });
  const oldest = Date.now() - POLLER_FRESH_MS;
  const polling = (pollers ?? []).filter(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > oldest,
  );
  return {
    pollers: polling.length,
    backlog: Number(stats?.approximateBacklogCount ?? 0),
    oldestMs: Math.round(Number(stats?.approximateBacklogAge?.seconds ?? 0) * 1_000),
  };
}

/**
 * All answers or the first failure, but only after every call has ended. A Temporal connection closed under a retrying
 * call ends the process.
 */
export async function everyAnswer<Calls extends readonly Promise<unknown>[]>(
  calls: Calls,
): Promise<{ -readonly [Place in keyof Calls]: Awaited<Calls[Place]> }> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}
