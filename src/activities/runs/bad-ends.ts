import { setTimeout } from 'node:timers/promises';
import type { Pool } from 'pg';
import { listOpenRunsOf } from '../../db/runs/maintenance.js';
import { takeTurn } from '../../db/runs/temporal-home.js';
import type { RunControl } from '../../platform/temporal/run-control.js';
import { problemAtHome } from './at-home.js';
import { settleRun } from './settle.js';

export interface BadEndsDeps {
  readonly pool: Pool;
  readonly control: RunControl;
}

const EVERY_MS = 3_000;
/** Shorter, so that no turn is missed by a moment. */
const TRY_MS = 1_000;

/** Visibility is late by a second or two, and clocks differ; what is older the reconciler finds. */
const LOOK_BACK_MS = 120_000;

/**
 * Settles the runs whose workflows were terminated, canceled, timed out or reset on Temporal. No such workflow can
 * project its end. A single request every few seconds, for any number of workers and open runs.
 */
export async function settleBadEnds({ pool, control }: BadEndsDeps): Promise<number> {
  if (!(await takeTurn(pool, 'bad-ends', EVERY_MS))) return 0;
  const ended = await control.listBadEnds(Date.now() - LOOK_BACK_MS);
  const runs = ended.length === 0 ? [] : await listOpenRunsOf(pool, ended);
  if (runs.length === 0 || (await problemAtHome(pool, control)) !== null) return 0;
  for (const run of runs) await settleRun({ pool, control }, run, await control.inspect(run.workflowId));
  return runs.length;
}

/** Keeps looking until the signal. A failed run is looked at again with the next look. */
export async function watchBadEnds(
  deps: BadEndsDeps,
  { signal, onError }: { readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
): Promise<void> {
  while (!signal.aborted) {
    await settleBadEnds(deps).catch(onError);
    await setTimeout(TRY_MS, undefined, { signal }).catch(() => undefined);
  }
}
