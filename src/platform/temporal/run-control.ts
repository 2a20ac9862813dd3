import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { temporalDeadlines } from '../../contracts/deadlines.js';
import type { RunOutcome } from '../../contracts/runs/run.js';
import type { StartableRun } from '../../contracts/runs/startable-run.js';
import { visibleText } from '../../domain/visible-text.js';
import type { TemporalIdentity } from '../../domain/runs/temporal-home.js';
import type { WorkflowCondition } from '../../domain/runs/reconcile.js';

/** Calls of the API and the maintenance to Temporal about a run's workflow. Each call has a deadline. */
export interface RunControl {
  /** Resolves once Temporal has the workflow, whoever started it. */
  launch(run: StartableRun): Promise<void>;
  /** `gone`: there is no such workflow, or it has ended. */
  cancel(workflowId: string): Promise<'asked' | 'gone'>;
  inspect(workflowId: string): Promise<WorkflowCondition<RunOutcome>>;
  /** Ids of the workflows that ended badly since then, in one request whatever their number. At most a page of them. */
  listBadEnds(sinceMs: number): Promise<string[]>;
  /** Which Temporal it is that answers. */
  identity(): Promise<TemporalIdentity>;
  /** Sends a signal that carries nothing. A workflow that has ended takes no signal. */
  call(workflowId: string, signal: string): Promise<void>;
}

export function createRunControl(client: Client): RunControl {
  const within = <Result>(work: () => Promise<Result>): Promise<Result> =>
    client.withDeadline(Date.now() + temporalDeadlines.startMs, work);
  return {
    launch: (run) => within(() => launch(client, run)),
    identity: () => within(() => identityOf(client)),
    listBadEnds: (sinceMs) => within(() => listBadEnds(client, sinceMs)),
    cancel: (workflowId) => within(() => cancel(client, workflowId)),
    inspect: (workflowId) => within(() => inspect(client, workflowId)),
    call: (workflowId, signal) => within(() => call(client, workflowId, signal)),
  };
}

async function launch(client: Client, run: StartableRun): Promise<void> {
  try {
    await client.workflow.start(run.workflowType, {
      taskQueue: run.taskQueue,
      workflowId: run.workflowId,
      args: [run.workflowInput],
      // Both are needed: USE_EXISTING alone would start a second run of a workflow that has ended.
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      // After the death of a worker its task goes to another one in this time. The default of 10 s is felt.
      workflowTaskTimeout: '5s',
      ...(run.title === '' ? {} : { staticSummary: summaryOf(run.title) }),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

const PAGE = 1_000;

async function listBadEnds(client: Client, sinceMs: number): Promise<string[]> {
  const since = new Date(sinceMs).toISOString();
  const { executions } = await client.workflowService.listWorkflowExecutions({
    namespace: client.options.namespace,
    query: `ExecutionStatus IN ("Terminated", "TimedOut", "Failed", "Canceled") AND CloseTime > "${since}"`,
    pageSize: PAGE,
  });
  const ids = (executions ?? []).flatMap(({ execution }) => execution?.workflowId ?? []);
  return [...new Set(ids)];
}

async function identityOf(client: Client): Promise<TemporalIdentity> {
  const { namespace } = client.options;
  const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace });
  // Temporal Cloud does not answer this to everybody.
  const cluster = await client.workflowService.getClusterInfo({}).catch(() => null);
  return { namespaceId: namespaceInfo?.id ?? '', namespace, clusterId: cluster?.clusterId ?? null };
}

/** Temporal takes 400 bytes of summary. */
function summaryOf(title: string): string {
  const characters = Array.from(visibleText(title.replace(/\s+/g, ' ')));
  return characters.length <= 80 ? characters.join('') : `${characters.slice(0, 79).join('')}…`;
}

async function cancel(client: Client, workflowId: string): Promise<'asked' | 'gone'> {
  try {
    await client.workflow.getHandle(workflowId).cancel();
    return 'asked';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'gone';
    throw error;
  }
}

async function call(client: Client, workflowId: string, signal: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(signal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function inspect(client: Client, workflowId: string): Promise<WorkflowCondition<RunOutcome>> {
  const handle = client.workflow.getHandle(workflowId);
  let description: WorkflowExecutionDescription;
  try {
    description = await handle.describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { kind: 'not_found' };
    throw error;
  }
  switch (description.status.name) {
    case 'COMPLETED':
      return { kind: 'completed', outcome: outcomeOf(await handle.result()) };
    case 'FAILED':
      return { kind: 'failed' };
    case 'CANCELLED':
      return { kind: 'canceled' };
    case 'TERMINATED':
      return { kind: 'terminated' };
    case 'TIMED_OUT':
      return { kind: 'timed_out' };
    case 'RUNNING':
    case 'PAUSED':
    case 'CONTINUED_AS_NEW':
    case 'UNSPECIFIED':
    case 'UNKNOWN':
      return {
        kind: 'open',
        taskAttempt: description.raw.pendingWorkflowTask?.attempt ?? 0,
        runId: description.runId,
      };
  }
}

function outcomeOf(result: unknown): RunOutcome | null {
  const isOutcome = typeof result === 'object' && result !== null && 'status' in result;
  return isOutcome ? (result as RunOutcome) : null;
}
