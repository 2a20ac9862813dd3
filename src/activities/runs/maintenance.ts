import { activityInfo, heartbeat, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { MaintenanceActivities, MaintenanceSummary } from '../../contracts/runs/maintenance.js';
import { deleteUnusedBlobs } from '../../db/runs/blobs.js';
import {
  clearHandedOver,
  listSilentRuns,
  listUnfinishedCancels,
  listUnstartedRuns,
  markChecked,
  type OpenRun,
  markHandedOver,
} from '../../db/runs/maintenance.js';
import {
  deleteExpiredIdempotencyKeys,
  deleteExpiredRuns,
  deleteExpiredSignIns,
  deletePassedRateLimits,
  releaseExpiredContent,
  retentionBatch,
} from '../../db/runs/retention.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import type { RunControl } from '../../platform/temporal/run-control.js';
import { removeObjects } from '../reports/remove-objects.js';
import { noteTemporalProblem } from '../../db/runs/temporal-home.js';
import { problemOfLosses } from '../../domain/runs/temporal-home.js';
import type { WorkflowCondition } from '../../domain/runs/reconcile.js';
import type { RunOutcome } from '../../contracts/runs/run.js';
import { problemAtHome } from './at-home.js';
import { closeRun, settleRun } from './settle.js';

export interface MaintenancePolicy {
  /** How long who wrote a row has for starting it, before the sweeper does. */
  readonly startGraceMs: number;
  /** How long an open run may be silent before it is compared with Temporal. */
  readonly silentMs: number;
  readonly keepDays: number;
}

export interface MaintenanceDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly control: RunControl;
  readonly policy: MaintenancePolicy;
  /** Further work of the hourly retention, by name. Each is called until it gives less than a batch. */
  readonly moreRetention: Readonly<Record<string, () => Promise<number>>>;
  /** Further work of the sweeper, by name: what an earlier process left undone. */
  readonly moreSweeps: Readonly<Record<string, () => Promise<number>>>;
}

/** Temporal takes this many calls of ours at once without anybody else noticing. */
const AT_ONCE = 10;

export function createMaintenanceActivities(deps: MaintenanceDeps): MaintenanceActivities {
  return {
    sweepRuns: () => sweepRuns(deps),
    checkRuns: () => checkRuns(deps),
    removeExpired: () => removeExpired(deps),
  };
}

async function sweepRuns({
  pool,
  control,
  policy,
  moreSweeps,
}: MaintenanceDeps): Promise<MaintenanceSummary> {
  const problem = await problemAtHome(pool, control);
  if (problem !== null) return halted(problem);
  const started = await startUnstarted({ pool, control, policy });
  const unfinished = await listUnfinishedCancels(pool, policy.startGraceMs);
  const canceled = await forEach(unfinished, 'cancel', async (run) => {
    const error = { code: 'canceled', message: 'It was canceled.' };
    if ((await control.cancel(run.workflowId)) === 'gone')
      await closeRun(pool, run, { status: 'canceled', error });
  });
  const more: Record<string, number> = {};
  for (const [name, sweep] of Object.entries(moreSweeps)) more[name] = await sweep();
  return { started, canceled, ...more };
}

/** A sweep has half a minute, and others wait for the rest of it. */
const STARTING_MS = 12_000;

/** Batch after batch while all goes well: after an outage there may be thousands. */
async function startUnstarted({
  pool,
  control,
  policy,
}: Pick<MaintenanceDeps, 'pool' | 'control' | 'policy'>): Promise<number> {
  const until = Date.now() + STARTING_MS;
  let started = 0;
  for (;;) {
    const unstarted = await listUnstartedRuns(pool, policy.startGraceMs);
    const done = await forEach(unstarted, 'start', async (run) => {
      await control.launch(run);
      await markHandedOver(pool, run.id);
    });
    started += done;
    if (done === 0 || done < unstarted.length || Date.now() > until) return started;
  }
}

async function checkRuns({ pool, control, policy }: MaintenanceDeps): Promise<MaintenanceSummary> {
  const problem = await problemAtHome(pool, control);
  if (problem !== null) return halted(problem);
  const silent = await listSilentRuns(pool, policy.silentMs);
  const found: [run: OpenRun, workflow: WorkflowCondition<RunOutcome>][] = [];
  await forEach(silent, 'inspect', async (run) => {
    found.push([run, await control.inspect(run.workflowId)]);
  });
  // All are looked at before one is closed: many losses are no loss of each.
  const ofThisHome = found.filter(([{ beforeHome }]) => !beforeHome);
  const lost = ofThisHome.filter(([run, { kind }]) => kind === 'not_found' && run.status !== 'queued');
  const losses = problemOfLosses(lost.length, ofThisHome.length);
  if (losses !== null) {
    await noteTemporalProblem(pool, losses);
    return halted(losses);
  }
  let settled = 0;
  const checked = await forEach(
    found.map(([run, workflow]) => ({ id: run.id, run, workflow })),
    'settle',
    async ({ run, workflow }) => {
      const verdict = await settleRun({ pool, control }, run, workflow);
      if (verdict === 'start_again') await clearHandedOver(pool, run.id);
      if (verdict !== 'leave') settled += 1;
      await markChecked(pool, run.id);
    },
  );
  return { checked, settled };
}

function halted(reason: string): MaintenanceSummary {
  log.error('the maintenance stands still', { reason });
  return { standsStill: 1 };
}

async function removeExpired(deps: MaintenanceDeps): Promise<MaintenanceSummary> {
  const { pool, policy, moreRetention } = deps;
  const { keepDays } = policy;
  const actions: Record<string, () => Promise<number>> = {
    content: () => exhaust(() => releaseExpiredContent(pool, keepDays)),
    runs: () => exhaust(() => deleteExpiredRuns(pool, keepDays)),
    blobs: () => exhaust(() => deleteUnusedBlobs(pool, retentionBatch)),
    objects: () => exhaust(() => removeObjects(deps, keepDays, retentionBatch)),
    idempotencyKeys: () => exhaust(() => deleteExpiredIdempotencyKeys(pool)),
    signIns: () => deleteExpiredSignIns(pool),
    rateLimits: () => deletePassedRateLimits(pool),
  };
  const summary: Record<string, number> = {};
  for (const [name, action] of Object.entries(actions)) summary[name] = await action();
  for (const [name, batch] of Object.entries(moreRetention)) summary[name] = await exhaust(batch);
  return summary;
}

/** Batch after batch, each a transaction of its own, so that no lock is held for long. */
async function exhaust(batch: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const removed = await batch();
    total += removed;
    if (removed < retentionBatch) return total;
    heartbeat();
  }
}

/** A failed item is retried in the next turn; the others have theirs. Gives how many went well. */
async function forEach<Item extends { readonly id: string }>(
  items: readonly Item[],
  what: string,
  work: (item: Item) => Promise<unknown>,
): Promise<number> {
  let done = 0;
  const waiting = [...items];
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
        done += 1;
      } catch (error) {
        log.warn(`could not ${what} a run`, { runId: item.id, error, activity: activityInfo().activityType });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return done;
}
