import type { ActivityInterceptorsFactory, NativeConnection, WorkerOptions } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import type { ActivitiesByQueue } from '../activities/index.js';
import { taskQueues, type TaskQueue } from '../contracts/names.js';

export interface WorkerDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: ActivitiesByQueue;
  /** Of the connection's client. A converter that seals failures needs a bundle of its own, see workflow-bundle.ts. */
  readonly dataConverter?: WorkerOptions['dataConverter'];
  readonly workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  /** Undefined: any worker takes any work. */
  readonly version?: WorkerOptions['workerDeploymentOptions'];
  /** Undefined or empty: all of them. */
  readonly queues?: readonly TaskQueue[];
  /** How many activities of a queue run at once, where the standard of 100 is not right. */
  readonly concurrency?: Partial<Record<TaskQueue, number>>;
  /** From platform/tracing/worker.ts, when tracing is on. */
  readonly tracing?: Required<Pick<WorkerOptions, 'sinks' | 'interceptors'>>;
  /** Beside those of tracing. */
  readonly activityInterceptors?: readonly ActivityInterceptorsFactory[];
  /** Instead of those that suit production. */
  readonly limits?: WorkerLimits;
}

/** Without a cached workflow each workflow task replays its history. */
export type WorkerLimits = Partial<
  Pick<WorkerOptions, 'maxCachedWorkflows' | 'shutdownGraceTime' | 'maxHeartbeatThrottleInterval'>
>;

/** The workers of one process, one a task queue, as one thing that runs and stops. */
export interface WorkerGroup {
  /** Whether each of them takes work. */
  isRunning(): boolean;
  /** Ends when all of them have stopped; fails, after stopping the others, when one of them does. */
  run(): Promise<void>;
  /** Takes no new work and lets what runs end within the grace time. */
  shutdown(): void;
}

export async function createWorker(deps: WorkerDeps): Promise<WorkerGroup> {
  const asked = deps.queues?.length ? deps.queues : (Object.keys(taskQueues) as TaskQueue[]);
  const served = asked.filter((queue) => queue === 'flow' || Object.keys(deps.activities[queue]).length > 0);
  return group(await Promise.all(served.map((queue) => createQueueWorker(deps, queue))));
}

/**
 * Beyond this number a waiting workflow is dropped from memory and read again from its history, which takes
 * milliseconds. A worker stays small with any number of waiting sessions.
 */
const CACHED_WORKFLOWS = 500;

function createQueueWorker(deps: WorkerDeps, queue: TaskQueue): Promise<Worker> {
  const concurrency = deps.concurrency?.[queue];
  return Worker.create({
    connection: deps.connection,
    namespace: deps.namespace,
    taskQueue: taskQueues[queue],
    activities: deps.activities[queue],
    ...(concurrency === undefined ? {} : { maxConcurrentActivityTaskExecutions: concurrency }),
    // Workflows run only here: the other queues are for activities, and can be scaled by themselves.
    ...(queue === 'flow' ? { workflowBundle: deps.workflowBundle } : {}),
    ...(deps.dataConverter === undefined ? {} : { dataConverter: deps.dataConverter }),
    ...(deps.version === undefined ? {} : { workerDeploymentOptions: deps.version }),
    maxCachedWorkflows: CACHED_WORKFLOWS,
    // After `kill -9` the next worker has the task in this time; the default is 10 s.
    stickyQueueScheduleToStartTimeout: '2s',
    // Zero, the default, would abandon every running activity with each deployment.
    shutdownGraceTime: '20s',
    // An activity that ignores its cancellation cannot keep the process: it is retried elsewhere.
    shutdownForceTime: '25s',
    // Beats reach the server at least this often, however short the heartbeat timeout of an activity is.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '1s',
    ...deps.limits,
    ...(deps.tracing === undefined ? {} : { sinks: deps.tracing.sinks }),
    interceptors: {
      ...deps.tracing?.interceptors,
      activity: [...(deps.tracing?.interceptors.activity ?? []), ...(deps.activityInterceptors ?? [])],
    },
  });
}

function group(workers: readonly Worker[]): WorkerGroup {
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  return {
    isRunning: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    shutdown,
    async run() {
      const runs = workers.map((worker) =>
        worker.run().catch((error: unknown) => {
          shutdown();
          throw error;
        }),
      );
      await Promise.allSettled(runs);
      await Promise.all(runs);
    },
  };
}
