import type { Pool } from 'pg';
import type { Model, ModelTool } from './call.js';
import { stepDeltaRequestsChannel } from '../contracts/sessions/delta.js';
import type { Announcements } from '../platform/announcements.js';
import type { Config } from '../platform/config.js';
import { DeltaBatcher, type DeltaSink, type StepTryPlace } from './deltas/batcher.js';
import { createDeltaPublisher } from './deltas/channel.js';
import { loadModel } from './load-model.js';
import { createModelTools } from './tools/tools.js';

/** The parts of the model layer that a worker's steps need. */
export interface WorkerModel {
  readonly model: Model;
  /** The installed tools; a template names those that a step may use. */
  readonly tools: readonly ModelTool[];
  readonly contextMaxTokens: number;
  readonly openDeltas: (step: StepTryPlace) => DeltaSink;
  stop(): Promise<void>;
}

export interface WorkerModelResources {
  readonly config: Config;
  readonly pool: Pool;
  /** Not started yet. */
  readonly announcements: Pick<Announcements, 'on'>;
}

export async function openWorkerModel(resources: WorkerModelResources): Promise<WorkerModel> {
  const { config, pool, announcements } = resources;
  const deltas = new DeltaBatcher({ publish: createDeltaPublisher(pool) });
  announcements.on(stepDeltaRequestsChannel, {
    onMessage: (runId) => deltas.repeat(runId),
    onListening: () => deltas.repeatAll(),
  });
  return {
    model: await loadModel(config),
    tools: createModelTools(config),
    contextMaxTokens: config.llmContextTokens,
    openDeltas: (step) => deltas.open(step),
    stop: () => deltas.stop(),
  };
}
