import { createWorker, type WorkerDeps } from '../../../src/workers/worker.js';
import { workflowBundlePath } from '../servers/workflow-bundle.js';
import type { TestTemporal } from '../servers/temporal.js';

/** All of a worker that does not come with its namespace. */
export interface RunWorkerDeps extends Omit<WorkerDeps, 'connection' | 'namespace' | 'workflowBundle'> {
  /** Instead of the product's. */
  readonly workflowBundle?: WorkerDeps['workflowBundle'];
}

/** Starts a worker as the product makes it, on the namespace of a test. The answer stops it. */
export async function startWorker(temporal: TestTemporal, deps: RunWorkerDeps): Promise<() => Promise<void>> {
  const worker = await createWorker({
    connection: await temporal.nativeConnection(),
    namespace: temporal.namespace,
    workflowBundle: { codePath: workflowBundlePath() },
    ...deps,
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
  };
}

/** Runs a worker around `work`. */
export async function whileWorking<Result>(
  temporal: TestTemporal,
  deps: RunWorkerDeps,
  work: () => Promise<Result>,
): Promise<Result> {
  const stop = await startWorker(temporal, deps);
  try {
    return await work();
  } finally {
    await stop();
  }
}
