import type { Pool } from 'pg';
import { runKinds, type RunKinds } from '../../contracts/run-kinds.js';
import { event, type RunEvent } from '../../contracts/event-data.js';
import type { RunError, RunOutcome } from '../../contracts/runs/run.js';
import type { RunProjection } from '../../contracts/runs/projection.js';
import { recordAudit } from '../../db/audit/log.js';
import { projectRun } from '../../db/runs/events.js';
import type { OpenRun } from '../../db/runs/maintenance.js';
import { withTransaction } from '../../db/base/transaction.js';
import { judgeRun, type ReconcileVerdict, type WorkflowCondition } from '../../domain/runs/reconcile.js';
import type { FinalStatus } from '../../domain/runs/status.js';
import { projectAgainSignal } from '../../contracts/names.js';
import type { RunControl } from '../../platform/temporal/run-control.js';
import { progressUnder } from '../../domain/sessions/progress-under.js';
import type { SessionProgress } from '../../domain/sessions/progress.js';
import { shownProgress } from '../../domain/sessions/progress-view.js';
import { jobEnd, sessionEnd } from './final-events.js';

type Verdict = ReconcileVerdict<RunOutcome>;
type KnownRun = Pick<OpenRun, 'id' | 'kind' | 'progress'>;

export interface SettleDeps {
  readonly pool: Pool;
  readonly control: Pick<RunControl, 'call'>;
}

/** Brings a run in line with its workflow, and gives the verdict it came to. */
export async function settleRun(
  { pool, control }: SettleDeps,
  run: OpenRun,
  workflow: WorkflowCondition<RunOutcome>,
): Promise<Verdict['kind']> {
  if (followsAnother(run, workflow)) await control.call(run.workflowId, projectAgainSignal);
  const lost = run.errorCode === 'workflow_lost';
  const flagged = lost || run.errorCode === 'workflow_stuck';
  const condition = {
    status: run.status,
    cancelRequested: run.cancelRequested,
    stuckSince: flagged ? (run.errorWas ?? 'running') : null,
    lost,
    revivable: nounOf(run) === 'session',
  };
  const verdict: Verdict = judgeRun(condition, workflow);
  switch (verdict.kind) {
    case 'leave':
    case 'start_again':
      break;
    case 'adopt':
      await adopt(pool, run, verdict.outcome);
      break;
    case 'close':
      await closeRun(pool, run, {
        status: verdict.status,
        error: { code: verdict.code, message: verdict.message },
      });
      break;
    case 'flag': {
      const { code, message, was } = verdict;
      await project(pool, run, {
        action: 'flagged',
        change: { status: 'needs_attention', error: { code, message, was } },
      });
      break;
    }
    case 'unflag':
      await project(pool, run, { action: 'unflagged', change: { status: verdict.status, error: null } });
      break;
  }
  return verdict.kind;
}

/** The workflow was reset: the new workflow run may wait, and projects its state only when it is asked. */
function followsAnother({ projectedRunId }: OpenRun, workflow: WorkflowCondition<RunOutcome>): boolean {
  return workflow.kind === 'open' && projectedRunId !== null && workflow.runId !== projectedRunId;
}

/** Ends a run whose workflow no longer can, with an entry in the audit log: nobody asked for this end. */
export async function closeRun(
  pool: Pool,
  run: KnownRun,
  { status, error }: { readonly status: FinalStatus; readonly error: RunError },
): Promise<void> {
  await project(pool, run, {
    action: 'closed',
    change: { status, error, events: [finalEvent(run, { status, error })] },
  });
}

async function adopt(pool: Pool, run: KnownRun, outcome: RunOutcome): Promise<void> {
  const { status, result, error } = outcome;
  await project(pool, run, {
    action: 'closed',
    change: {
      status,
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { error }),
      events: [finalEvent(run, outcome)],
    },
  });
}

async function project(
  pool: Pool,
  run: KnownRun,
  {
    action,
    change,
  }: {
    readonly action: 'closed' | 'flagged' | 'unflagged';
    readonly change: Omit<RunProjection, 'runId' | 'dedupKey'>;
  },
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const events = change.events ?? [progressEvent(run, change)];
    // The moment is part of the key: a run may be flagged and unflagged more than once.
    const dedupKey = action === 'closed' ? 'reconciler:closed' : `reconciler:${action}:${Date.now()}`;
    const { kind } = await projectRun(tx, { runId: run.id, dedupKey, ...change, events });
    if (kind !== 'applied') return;
    await recordAudit(tx, {
      actor: { system: 'reconciler' },
      action,
      resourceType: nounOf(run),
      resourceId: run.id,
      after: { status: change.status, error: change.error ?? null },
    });
  });
}

function finalEvent(run: KnownRun, outcome: RunOutcome): RunEvent {
  if (nounOf(run) === 'job') return jobEnd(outcome);
  const { status, error, reason } = outcome;
  return sessionEnd({ status, reason: error?.message ?? reason ?? null, errorCode: error?.code ?? null });
}

function progressEvent(run: KnownRun, { status, error }: Pick<RunProjection, 'status' | 'error'>): RunEvent {
  if (nounOf(run) === 'job') return event('job.progress', { attention: error?.message ?? null });
  const progress = run.progress as unknown as SessionProgress;
  const { reason, ...shown } = progressUnder(progress, status ?? progress.status);
  return event('progress', { progress: shownProgress({ ...shown, reason: error?.message ?? reason }) });
}

function nounOf(run: KnownRun): 'job' | 'session' {
  return (runKinds as RunKinds)[run.kind]?.events ?? 'job';
}
