import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { taskQueues, type TaskQueue } from '../../contracts/names.js';
import type { Operations, QueueView } from '../../contracts/operation/operations.js';
import { operationRoutes } from '../../contracts/operation/routes.js';
import { countSlots } from '../../db/runs/slots.js';
import { readSessionMetrics } from '../sessions/metrics.js';
import { Problem } from '../http/problems.js';
import type { ReadinessProbe } from '../http/readiness.js';
import { implement, type Route } from '../http/route.js';
import { everyAnswer, lookAtQueue } from '../http/task-queues.js';

export interface OperationsDeps {
  readonly pool: Pool;
  readonly temporal: Client;
  readonly readiness: ReadinessProbe;
  readonly sqlPlaces: number;
}

const LIMIT_MS = 1_500;

/** A single answer for the person on call. A Temporal that is away leaves its own parts null. */
export function createOperationsRoute(deps: OperationsDeps): Route {
  return implement(operationRoutes.operations, async ({ query: { window }, principal }, ctx) => {
    if (principal === undefined) throw new Problem('unauthenticated');
    const [{ status, checks }, queues, sessions] = await Promise.all([
      deps.readiness.check(),
      readQueues(deps),
      readSessionMetrics(deps.pool, principal, window),
    ]);
    const body: Operations = { status, parts: { ...checks }, queues, stuck: sessions.stuck, sessions };
    ctx.set('Cache-Control', 'no-store');
    ctx.body = body;
  });
}

async function readQueues({ pool, temporal, sqlPlaces }: OperationsDeps): Promise<QueueView[]> {
  const slots = await countSlots(pool);
  const views: Partial<Record<TaskQueue, QueueView['slots']>> = {
    llm: { used: slots.steps, total: null, waiting: 0 },
    sql: { used: slots.statements, total: sqlPlaces, waiting: slots.statementsWaiting },
  };
  const names = Object.keys(taskQueues) as TaskQueue[];
  return Promise.all(
    names.map(async (name) => ({ ...(await lookAt(temporal, name)), name, slots: views[name] ?? null })),
  );
}

async function lookAt(temporal: Client, queue: TaskQueue): Promise<Pick<QueueView, 'pollers' | 'backlog'>> {
  const asked = { name: taskQueues[queue], withBacklog: true };
  try {
    const [workflows, activities] = await temporal.withDeadline(Date.now() + LIMIT_MS, () =>
      everyAnswer([
        lookAtQueue(temporal, { ...asked, type: 'workflows' }),
        lookAtQueue(temporal, { ...asked, type: 'activities' }),
      ] as const),
    );
    return {
      pollers: { workflows: workflows.pollers, activities: activities.pollers },
      backlog: {
        workflows: workflows.backlog,
        activities: activities.backlog,
        oldestMs: Math.max(workflows.oldestMs, activities.oldestMs),
      },
    };
  } catch {
    return { pollers: null, backlog: null };
  }
}
