import type { RunKinds } from '../../contracts/run-kinds.js';
import { jobKindsOf } from '../../contracts/run-kinds.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import type { Tx } from '../../db/base/transaction.js';
import { findRun, lockRun, type RunRow } from '../../db/runs/runs.js';
import { isFinal, jobStateOf } from '../../domain/runs/status.js';
import { cancelRun } from './cancel-run.js';
import type { RunStarter } from './run-starter.js';

export interface CancelJobDeps {
  readonly starter: RunStarter;
  /** The product's kinds, unless a caller adds more. */
  readonly kinds?: RunKinds | undefined;
}

export interface JobCancellation {
  readonly id: string;
  readonly principal: Principal;
  readonly origin: Origin;
}

/** A person's cancel of a job, of which they must be an owner or administrator. Gives the job as it is then. */
export async function cancelJob(
  { starter, kinds }: CancelJobDeps,
  tx: Tx,
  { id, principal, origin }: JobCancellation,
): Promise<RunRow> {
  const run = await lockRun(tx, { viewer: principal, id, kinds: jobKindsOf(kinds) });
  if (run === undefined) throw new Refusal('not_found', { detail: 'job not found' });
  if (isFinal(run.status))
    throw new Refusal('already_finished', { facts: { state: jobStateOf(run.status) } });
  await cancelRun(tx, starter, { run, actor: principal, origin, resourceType: 'job' });
  return (await findRun(tx, { viewer: principal, id })) ?? run;
}
