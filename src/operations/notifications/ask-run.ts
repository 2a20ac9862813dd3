import type { DeadlineRunBody } from '../../contracts/notifications/deadline-run.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import type { NewRun } from '../../db/runs/runs.js';
import type { RunStarter } from '../runs/run-starter.js';
import { insertDeadlineRun, insertExecution } from './start-run.js';

export interface AskRunDeps {
  readonly starter: RunStarter;
  readonly officeConcurrency: number;
}

interface AskedBy {
  readonly principal: Principal;
  readonly origin: Origin;
}

export async function askDeadlineRun(
  { starter, officeConcurrency }: AskRunDeps,
  tx: Tx,
  { body, principal, origin }: AskedBy & { readonly body: DeadlineRunBody },
): Promise<NewRun> {
  const run = await insertDeadlineRun(tx, { body, owner: principal, officeConcurrency });
  await recordAudit(tx, {
    actor: principal,
    origin,
    action: 'created',
    resourceType: 'job',
    resourceId: run.id,
    after: { kind: run.kind, title: run.title, ...run.input },
  });
  starter.startAfterCommit(tx, run);
  return run;
}

/** Executes the plan of a dry run. */
export async function executePlan(
  { starter, officeConcurrency }: AskRunDeps,
  tx: Tx,
  { planJobId, principal, origin }: AskedBy & { readonly planJobId: string },
): Promise<NewRun> {
  const run = await insertExecution(tx, planJobId, { owner: principal, officeConcurrency });
  await recordAudit(tx, {
    actor: principal,
    origin,
    action: 'plan_executed',
    resourceType: 'job',
    resourceId: run.id,
    after: { kind: run.kind, title: run.title, planJobId },
  });
  starter.startAfterCommit(tx, run);
  return run;
}
