import type { Client, Pool } from 'pg';
import type { Model, ModelTool } from '../../contracts/model-call.js';
import { stepDeltaRequestsChannel } from '../../contracts/model-delta.js';
import { Announcements } from '../announcements.js';
import type { Config } from '../config.js';
import type { Logger } from '../logger.js';
import { createListenerClient } from '../pool.js';
import { DeltaBatcher, type DeltaSink, type StepAttempt } from './delta-batcher.js';
import { createDeltaPublisher } from './delta-channel.js';
import { loadModel } from './load-model.js';
import { createModelTools } from './model-tools.js';

/** What the steps of a worker need of the model layer. */
export interface WorkerModel {
  readonly model: Model;
  /** Those that this installation has; a template names the ones that a step may use. */
  readonly tools: readonly ModelTool[];
  readonly contextMaxTokens: number;
  readonly openDeltas: (step: StepAttempt) => DeltaSink;
  stop(): Promise<void>;
}

export interface WorkerModelResources {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly pool: Pool;
  readonly logger: Logger;
}

export async function openWorkerModel(resources: WorkerModelResources): Promise<WorkerModel> {
  const { config, databaseUrl, pool, logger } = resources;
  const deltas = new DeltaBatcher({ publish: createDeltaPublisher(pool) });
  const createClient = (): Client => createListenerClient(databaseUrl, 'worker-listener');
  const requests = new Announcements({ createClient, logger });
  // A reader that joined late asks for the beginning of what is being said.
  requests.on(stepDeltaRequestsChannel, {
    onMessage: (runId) => deltas.repeat(runId),
    onListening: () => undefined,
  });
  requests.start();
  return {
    model: await loadModel(config),
    tools: createModelTools(config),
    contextMaxTokens: config.llmContextTokens,
    openDeltas: (step) => deltas.open(step),
    async stop() {
      await deltas.stop();
      await requests.stop();
    },
  };
}
