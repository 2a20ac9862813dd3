import { setTimeout } from 'node:timers/promises';
import { ScheduleAlreadyRunning, type Client, type ScheduleOptions } from '@temporalio/client';
import { maintenanceWorkflows, scheduleIds, taskQueues } from '../contracts/names.js';
import type { Logger } from '../platform/logger.js';

type Maintenance = keyof typeof scheduleIds;

/** How often each runs. A sweep finds what is new within seconds; retention has all day. */
const everyMs: Readonly<Record<Maintenance, number>> = {
  sweeper: 15_000,
  reconciler: 60_000,
  retention: 3_600_000,
};

const RETRY_MS = 5_000;

/** Keeps at it until it is done: a worker does its work meanwhile. */
export async function keepSchedules(client: Client, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      return await ensureSchedules(client);
    } catch (error) {
      logger.warn(
        { err: error, retryInMs: RETRY_MS },
        'the schedules of the maintenance are not in place yet',
      );
      await setTimeout(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Makes the schedules of the maintenance, or brings existing ones to this version. Any number of workers may do it. */
export async function ensureSchedules(client: Client): Promise<void> {
  for (const name of Object.keys(scheduleIds) as Maintenance[]) await ensureSchedule(client, name);
}

async function ensureSchedule(client: Client, name: Maintenance): Promise<void> {
  const options = scheduleOf(name);
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    await client.schedule
      .getHandle(scheduleIds[name])
      .update(({ state }) => ({ spec, action, policies, state }));
  }
}

function scheduleOf(name: Maintenance) {
  return {
    scheduleId: scheduleIds[name],
    spec: { intervals: [{ every: everyMs[name] }] },
    action: {
      type: 'startWorkflow',
      workflowType: maintenanceWorkflows[name],
      workflowId: scheduleIds[name],
      taskQueue: taskQueues.flow,
      args: [],
      workflowTaskTimeout: '5s',
      // A hanging run must not keep the next ones from their turn for ever.
      workflowExecutionTimeout: name === 'retention' ? '2h' : '2m',
    },
    policies: {
      overlap: 'SKIP',
      // Missed runs are not caught up: the next run sees all there is.
      catchupWindow: '1m',
    },
  } satisfies ScheduleOptions;
}
