import { Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import type {
  FinishNotificationsInput,
  NotificationActivities,
} from '../../contracts/notifications/workflow.js';
import { recordAudit, recordAudits } from '../../db/audit/log.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import {
  abandonRun,
  failOffices,
  listFailedOffices,
  readTotals,
} from '../../db/notifications/run-offices.js';
import { listStepErrors, type StepTry } from '../../db/runs/checkpoints.js';
import { insertDeadLetter } from '../../db/runs/dead-letters.js';
import { planChunk, type PlanningDeps } from '../../operations/notifications/plan-chunk.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { storeResult } from '../reports/store-result.js';
import { checkpointedStep } from '../sessions/checkpointed-step.js';
import type { NotifyOfficeDeps } from './notify-office.js';
import { resultOf } from './run-result.js';

/** The dependencies of sending, apart from the database. */
export type NotificationParts = Omit<NotifyOfficeDeps, 'pool'> &
  PlanningDeps & { readonly officeConcurrency: number };

export interface NotificationDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly notifications: NotificationParts;
}

const actor = { system: 'notifications' };

/** The side effects of `notifyDeadlines` beside its sending. */
export function createNotificationActivities(
  deps: NotificationDeps,
): Omit<NotificationActivities, 'notifyOffice'> {
  const { pool, notifications } = deps;
  return {
    planChunk: (input) =>
      checkpointedStep(pool, {
        runId: input.runId,
        stepKey: `plan:${input.after}`,
        produce: () => Promise.resolve(),
        // All of it in the transaction of the checkpoint: planned twice, it would find its own plan in its way.
        store: (tx) => planChunk(tx, notifications, input),
      }),
    failOffices: ({ runId, officeIds }) =>
      withTransaction(pool, async (tx) => {
        const failed = await failOffices(tx, runId, officeIds);
        const after = failed.map(({ office_id, error }) => ({ office_id, jobId: runId, error }));
        await recordAudits(
          tx,
          after.map((each) => ({
            actor,
            action: 'notification_failed',
            resourceType: 'office',
            resourceId: each.office_id,
            after: { jobId: each.jobId, error: each.error },
          })),
        );
      }),
    finishNotifications: (input) =>
      checkpointedStep(pool, {
        runId: input.runId,
        stepKey: 'finish',
        produce: () =>
          storeResult(deps, {
            runId: input.runId,
            content: resultOf(pool, input),
            contentType: 'application/json; charset=utf-8',
            filename: input.dryRun ? 'deadline-plan.json' : 'deadline-run.json',
            signal: Context.current().cancellationSignal,
          }),
        store: async (tx, result) => {
          await closeRun(tx, input);
          return result;
        },
      }),
    abandonNotifications: ({ runId }) => withTransaction(pool, (tx) => abandonRun(tx, runId)),
  };
}

/** The entry of the run, and a dead letter for the failed offices: its replay sends the missing messages. */
async function closeRun(tx: Tx, { runId, dryRun }: FinishNotificationsInput): Promise<void> {
  const failed = await listFailedOffices(tx, runId);
  const after = { dryRun, ...(await readTotals(tx, runId)), officesFailed: failed.length };
  await recordAudit(tx, { actor, action: 'finished', resourceType: 'job', resourceId: runId, after });
  if (failed.length === 0 || dryRun) return;
  const errors = await listStepErrors(tx, runId);
  const unplanned = failed.filter(({ office_id }) =>
    errors.every((each) => each.step !== `office:${office_id}`),
  );
  await insertDeadLetter(tx, runId, [...errors, ...unplanned.map(planError)]);
}

function planError({ office_id, error }: { readonly office_id: string; readonly error: string }): StepTry {
  const at = new Date().toISOString();
  return { step: `office:${office_id}`, try: 1, type: 'OfficeUnplannable', message: error, at };
}
