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

export interface OperationsDeps {
  readonly pool: Pool;
  readonly temporal: Client;
  readonly readiness: ReadinessProbe;
  readonly sqlPlaces: number;
}

const LIMIT_MS = 1_500;
/** `temporal.api.enums.v1.TaskQueueType`. */
const WORKFLOWS = 1;
const ACTIVITIES = 2;
/** A poll waits a minute at the server; who polled longer ago than that is gone. */
const POLLER_FRESH_MS = 70_000;

/** One answer for whoever is called at night. A Temporal that is away leaves its own parts null. */
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

async function lookAt(temporal: Client, name: TaskQueue): Promise<Pick<QueueView, 'pollers' | 'backlog'>> {
  try {
    const [workflows, activities] = await temporal.withDeadline(Date.now() + LIMIT_MS, () =>
      Promise.all([describe(temporal, name, WORKFLOWS), describe(temporal, name, ACTIVITIES)]),
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

async function describe(
  temporal: Client,
  name: TaskQueue,
  taskQueueType: number,
): Promise<{ pollers: number; backlog: number; oldestMs: number }> {
  const { pollers, stats } = await temporal.workflowService.describeTaskQueue({
    namespace: temporal.options.namespace,
    taskQueue: { name: taskQueues[name] },
    taskQueueType,
    reportStats: true,
  });
  const freshAfter = Date.now() - POLLER_FRESH_MS;
  const isFresh = (at: { seconds?: unknown } | null | undefined): boolean =>
    Number(at?.seconds ?? 0) * 1_000 > freshAfter;
  return {
    pollers: (pollers ?? []).filter(({ lastAccessTime }) => isFresh(lastAccessTime)).length,
    backlog: Number(stats?.approximateBacklogCount ?? 0),
    oldestMs: Math.round(Number(stats?.approximateBacklogAge?.seconds ?? 0) * 1_000),
  };
}
