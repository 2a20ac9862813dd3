import type { Config } from '../platform/config.js';
import type { WorkerDeps } from './worker.js';

/**
 * The version that this worker has at Temporal. All queues are of one deployment: a step is then run by the version that
 * its workflow runs on.
 */
export function workerVersionOf({
  workerBuildId,
  workerDeployment,
  workerVersioning,
}: Pick<Config, 'workerBuildId' | 'workerDeployment' | 'workerVersioning'>): Pick<WorkerDeps, 'version'> {
  if (workerBuildId === undefined) return {};
  return {
    version: {
      version: { deploymentName: workerDeployment, buildId: workerBuildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: workerVersioning === 'pinned' ? 'PINNED' : 'AUTO_UPGRADE',
    },
  };
}
