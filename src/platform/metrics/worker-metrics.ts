import type { WorkerOptions } from '@temporalio/worker';
import { CancelledFailure } from '@temporalio/common';
import type { MetricLabels, MetricName } from '../../contracts/operation/metric-specs.js';
import { MetricRegistry } from './registry.js';

/** The worker's half of the metrics. */
export interface WorkerMetrics {
  readonly contentType: string;
  render(): Promise<string>;
  set<Name extends MetricName>(name: Name, labels: MetricLabels<Name>, value: number): void;
  onScrape(look: () => void): void;
  /** For `Worker.create`: every try of an activity is timed. */
  readonly activityInterceptors: NonNullable<NonNullable<WorkerOptions['interceptors']>['activity']>;
}

export function createWorkerMetrics(): WorkerMetrics {
  const registry = new MetricRegistry(['worker', 'process']);
  const running = new Map<string, number>();
  const count = (queue: string, by: number): void => void running.set(queue, (running.get(queue) ?? 0) + by);
  registry.onScrape(() => {
    for (const [queue, number] of running) registry.set('sluice_activities_running', { queue }, number);
  });
  return {
    contentType: registry.contentType,
    render: () => registry.render(),
    set: (name, labels, value) => registry.set(name, labels, value),
    onScrape: (look) => registry.onScrape(look),
    activityInterceptors: [
      ({ info: { activityType: activity, taskQueue: queue } }) => ({
        inbound: {
          async execute(input, next) {
            const startedAt = performance.now();
            let outcome = 'failed';
            count(queue, 1);
            try {
              const result = await next(input);
              outcome = 'completed';
              return result;
            } catch (error) {
              if (error instanceof CancelledFailure) outcome = 'canceled';
              throw error;
            } finally {
              count(queue, -1);
              const seconds = (performance.now() - startedAt) / 1_000;
              registry.observe('sluice_activity_duration_seconds', { activity, queue, outcome }, seconds);
            }
          },
        },
      }),
    ],
  };
}
