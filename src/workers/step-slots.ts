import type { Config } from '../platform/config.js';

/**
 * How many steps a worker runs at once: no more than it has places at the provider. A step waits for a place in
 * Temporal's queue. Another worker can take it there, and none of its time passes.
 */
export function stepSlots(config: Pick<Config, 'workerBatchSize' | 'llmConcurrency'>): number {
  return Math.min(config.workerBatchSize, config.llmConcurrency);
}
