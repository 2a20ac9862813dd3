import { activityInfo } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { NewRun } from '../../../src/db/runs/runs.js';
import type { WorkerDeps } from '../../../src/workers/worker.js';
import { startRun } from '../runs.js';
import type { TestDatabase } from '../servers/database.js';
import type { TestTemporal } from '../servers/temporal.js';
import { withWorker, type TestParts } from './worker.js';

type Activities = WorkerDeps['activities'];

/** The details of a workflow, which the Temporal Web UI shows beside its history. */
export async function detailsOf(handle: Pick<WorkflowHandle, 'query'>): Promise<string> {
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return currentDetails;
}

export interface SeenActivity {
  readonly name: string;
  /** Of its workflow, while it runs. */
  readonly details: string;
  readonly heartbeatMs: number | undefined;
  readonly attempts: number | undefined;
}

/** Notes each activity that begins. A local one is left out: its workflow answers no query meanwhile. */
export function seeingActivities(client: Client, seen: SeenActivity[]): (made: Activities) => Activities {
  const note = async (): Promise<void> => {
    const {
      isLocal,
      activityType: name,
      workflowExecution,
      heartbeatTimeoutMs,
      retryPolicy,
    } = activityInfo();
    if (isLocal || workflowExecution === undefined) return;
    const details = await detailsOf(client.workflow.getHandle(workflowExecution.workflowId));
    seen.push({ name, details, heartbeatMs: heartbeatTimeoutMs, attempts: retryPolicy?.maximumAttempts });
  };
  return watching(note);
}

/** Activities of which each first does `note`. */
export function watching(note: () => Promise<void>): (made: Activities) => Activities {
  const watched =
    (activity: unknown) =>
    async (...input: unknown[]): Promise<unknown> => {
      await note();
      return (activity as (...given: unknown[]) => Promise<unknown>)(...input);
    };
  const mapped = (of: object, change: (value: unknown) => unknown): object =>
    Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));
  return (made) => mapped(made, (queue) => mapped(queue as object, watched)) as Activities;
}

/** Runs a job to its end. `end` is what its workflow says of itself then. */
export async function watchRun(
  { database, temporal }: { readonly database: Pick<TestDatabase, 'pool'>; readonly temporal: TestTemporal },
  run: NewRun,
  parts: TestParts = {},
): Promise<{ readonly seen: readonly SeenActivity[]; readonly end: string }> {
  const seen: SeenActivity[] = [];
  const activities = seeingActivities(temporal.client, seen);
  return withWorker(database, temporal, { ...parts, activities }, async () => {
    await startRun(database.pool, temporal.client, run);
    const handle = temporal.client.workflow.getHandle(run.workflowId);
    await handle.result();
    return { seen, end: await detailsOf(handle) };
  });
}
