import { newRunOf } from '../../contracts/runs/run-identity.js';
import type { DeadlineRunBody } from '../../contracts/notifications/deadline-run.js';
import type { NotifyDeadlinesInput } from '../../contracts/notifications/workflow.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Principal } from '../../contracts/users/principal.js';
import { many, sql, type Db } from '../../db/base/sql.js';
import type { Tx } from '../../db/base/transaction.js';
import { RELEASE_TAG } from '../../db/notifications/holds.js';
import { readSettings } from '../../db/notifications/settings.js';
import { findRun, insertRun, type NewRun } from '../../db/runs/runs.js';

export interface NewDeadlineRun {
  readonly body: DeadlineRunBody;
  readonly owner: Pick<Principal, 'userId'>;
  readonly officeConcurrency: number;
  readonly tags?: readonly string[];
}

const KIND = 'deadline-run';

/** The row of a run with the rules as they are now: what is changed later changes the next run. */
export async function insertDeadlineRun(tx: Tx, asked: NewDeadlineRun): Promise<NewRun> {
  const { dry_run, office_ids, as_of } = asked.body;
  if (office_ids !== undefined) await requireOffices(tx, office_ids);
  const asOf = as_of ?? new Date().toISOString();
  return insertOf(tx, asked, {
    dryRun: dry_run,
    asOf,
    isGivenDay: as_of !== undefined,
    officeIds: office_ids,
  });
}

/** Sends what quiet hours have held, to those whose messages they were and to nobody else. */
export function insertRelease(
  tx: Tx,
  asked: {
    readonly ownerId: string;
    readonly officeIds: readonly string[];
    readonly officeConcurrency: number;
  },
): Promise<NewRun> {
  const { ownerId, officeIds, officeConcurrency } = asked;
  const of = { owner: { userId: ownerId }, officeConcurrency, tags: [RELEASE_TAG] };
  const asOf = new Date().toISOString();
  return insertOf(tx, of, { dryRun: false, asOf, officeIds, heldOnly: true });
}

/** A dry run that has ended, executed as it was shown. */
export async function insertExecution(
  tx: Tx,
  planRunId: string,
  asked: Omit<NewDeadlineRun, 'body'> & { readonly owner: Principal },
): Promise<NewRun> {
  const plan = await findRun(tx, { viewer: asked.owner, id: planRunId, kinds: [KIND] });
  if (plan === undefined) throw new Refusal('not_found', { detail: 'job not found' });
  if (plan.status !== 'completed') throw new Refusal('job_not_finished', { retryAfterSeconds: 3 });
  if (plan.input['dry_run'] !== true) {
    throw new Refusal('conflict', { detail: 'Only a dry run is executed.' });
  }
  const officeIds = plan.input['office_ids'] as readonly string[] | undefined;
  const { as_of, as_of_given } = plan.input;
  // A chosen day is part of the shown plan. The moment of planning is not, so it may drift.
  const isGivenDay = as_of_given === true;
  const asOf = isGivenDay ? String(as_of) : new Date().toISOString();
  return insertOf(tx, asked, { dryRun: false, asOf, isGivenDay, officeIds, planRunId });
}

interface RunAsked {
  readonly dryRun: boolean;
  readonly asOf: string;
  /** The requesting person chose it. */
  readonly isGivenDay?: boolean;
  readonly officeIds: readonly string[] | undefined;
  readonly planRunId?: string;
  readonly heldOnly?: true;
}

async function insertOf(
  tx: Tx,
  { owner, officeConcurrency, tags = [] }: Omit<NewDeadlineRun, 'body'>,
  { dryRun, asOf, isGivenDay = false, officeIds, planRunId, heldOnly }: RunAsked,
): Promise<NewRun> {
  const settings = await readSettings(tx);
  const identity = newRunOf(KIND);
  const executed = planRunId === undefined ? {} : { planRunId };
  const workflowInput: NotifyDeadlinesInput = {
    runId: identity.id,
    dryRun,
    asOf,
    officeConcurrency,
    ...executed,
    ...(heldOnly === undefined ? {} : { heldOnly }),
    rules: {
      thresholds: settings.thresholds,
      overdue: settings.overdue,
      canaryOffices: settings.canary_offices,
      pauseErrorRate: settings.pause_error_rate,
    },
  };
  const named = officeIds === undefined ? {} : { office_ids: officeIds };
  const run: NewRun = {
    ...identity,
    ownerId: owner.userId,
    title: heldOnly ? `Held notifications of ${asOf.slice(0, 10)}` : titleOf(dryRun, asOf, planRunId),
    input: {
      dry_run: dryRun,
      as_of: asOf,
      as_of_given: isGivenDay,
      ...named,
      ...(planRunId === undefined ? {} : { plan: planRunId }),
    },
    workflowInput: { ...workflowInput },
    tags,
  };
  await insertRun(tx, run);
  return run;
}

function titleOf(dryRun: boolean, asOf: string, planRunId: string | undefined): string {
  const day = asOf.slice(0, 10);
  if (dryRun) return `Deadline plan of ${day}`;
  return planRunId === undefined ? `Deadline notifications of ${day}` : `Deadline plan executed on ${day}`;
}

async function requireOffices(db: Db, ids: readonly string[]): Promise<void> {
  const rows = await many<{ id: string }>(
    db,
    sql`select id from unnest(${[...ids]}::text[]) as asked (id)
         where not exists (select from offices where offices.id = asked.id)`,
  );
  if (rows.length === 0) return;
  const errors = rows
    .slice(0, 20)
    .map(({ id }) => ({ path: 'office_ids', message: `there is no office ${id}` }));
  throw new Refusal('validation_error', { errors });
}
