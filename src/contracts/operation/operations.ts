import { z } from 'zod';
import { metricsQuery, sessionMetricsSchema } from '../sessions/metrics.js';

export const operationsQuery = metricsQuery;

const queueSchema = z.object({
  name: z.string(),
  pollers: z
    .object({ workflows: z.int(), activities: z.int() })
    .nullable()
    .meta({ description: 'Who asked for tasks within the last minute. Null: Temporal did not answer.' }),
  backlog: z
    .object({
      workflows: z.int(),
      activities: z.int(),
      oldestMs: z.int().meta({ description: 'How long the oldest of them waits.' }),
    })
    .nullable()
    .meta({ description: 'Tasks that no worker has taken yet. Null: Temporal did not answer.' }),
  slots: z.object({ used: z.int(), total: z.int().nullable(), waiting: z.int() }).nullable().meta({
    description: 'Places that count over all workers; total is null where each worker has its own.',
  }),
});

export const operationsSchema = z
  .object({
    parts: z.record(z.string(), z.looseObject({ status: z.enum(['up', 'down']), ms: z.number() })),
    status: z.enum(['ready', 'degraded', 'unavailable']),
    queues: z.array(queueSchema),
    stuck: sessionMetricsSchema.shape.stuck,
    sessions: sessionMetricsSchema.meta({ description: 'Times and error rates of steps in the window.' }),
  })
  .meta({ id: 'Operations' });
export type Operations = z.infer<typeof operationsSchema>;
export type QueueView = z.infer<typeof queueSchema>;
