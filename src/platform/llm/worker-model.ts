import type { Pool } from 'pg';
import type { Model } from '../../contracts/model-call.js';
import type { Config } from '../config.js';
import { DeltaBatcher, type DeltaSink, type StepAttempt } from './delta-batcher.js';
import { createDeltaPublisher } from './delta-channel.js';
import { createModel } from './model.js';
import { modelSettingsOf } from './model-settings.js';
import { loadPrices } from './price-file.js';

/** What the steps of a worker need of the model layer. */
export interface WorkerModel {
  readonly model: Model;
  readonly contextMaxTokens: number;
  readonly openDeltas: (step: StepAttempt) => DeltaSink;
  stop(): Promise<void>;
}

export async function openWorkerModel(config: Config, pool: Pool): Promise<WorkerModel> {
  const deltas = new DeltaBatcher({ publish: createDeltaPublisher(pool) });
  return {
    model: createModel(modelSettingsOf(config), await loadPrices(config.llmPricesFile)),
    contextMaxTokens: config.llmContextTokens,
    openDeltas: (step) => deltas.open(step),
    stop: () => deltas.stop(),
  };
}
