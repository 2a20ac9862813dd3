import { setTimeout } from 'node:timers/promises';
import type { Db } from '../../db/base/sql.js';
import type { Viewer } from '../../db/runs/runs.js';
import { findSqlRun, type SqlRunRow } from '../../db/sql/find-run.js';
import { isFinal } from '../../domain/runs/status.js';

const FIRST_MS = 15;
const LONGEST_MS = 250;

/** The run once it has ended, or as it is when the time is up. */
export async function waitForEnd(
  db: Db,
  { viewer, id, waitMs }: { readonly viewer: Viewer; readonly id: string; readonly waitMs: number },
): Promise<SqlRunRow | undefined> {
  const until = performance.now() + waitMs;
  for (let pauseMs = FIRST_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_MS)) {
    const run = await findSqlRun(db, viewer, id);
    const leftMs = until - performance.now();
    if (run === undefined || isFinal(run.status) || leftMs <= 0) return run;
    await setTimeout(Math.min(pauseMs, leftMs));
  }
}
