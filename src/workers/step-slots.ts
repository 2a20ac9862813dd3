import type { Config } from '../platform/config.js';

/**
 * How many steps a worker runs at once: no more than it has places at the provider. A step that waits for a place waits in
 * Temporal's queue, where another worker can take it and none of its time passes.
 */
export function stepSlots(config: Pick<Config, 'workerBatchSize' | 'llmConcurrency'>): number {
  return Math.min(config.workerBatchSize, config.llmConcurrency);
}
