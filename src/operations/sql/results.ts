import { Refusal } from '../../contracts/refusal.js';
import type { Db } from '../../db/base/sql.js';
import { isKept } from '../../db/reports/objects.js';
import type { Viewer } from '../../db/runs/runs.js';
import { findSqlRun, type SqlRunRow } from '../../db/sql/find-run.js';
import { jobStateOf } from '../../domain/runs/status.js';
import type { ResultColumn } from '../../domain/sql/result-values.js';

/** A stored result that may be read now. */
export interface ReadableResult {
  readonly id: string;
  /** The run whose chunks they are. */
  readonly storedBy: string;
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly columns: readonly ResultColumn[];
  readonly rowCount: number;
  readonly truncated: boolean;
}

/** Refused with a `Refusal` where there is none: unknown, not finished, failed, or kept no longer. */
export async function readableResult(db: Db, viewer: Viewer, id: string): Promise<ReadableResult> {
  const run = await findSqlRun(db, viewer, id);
  if (run === undefined) throw new Refusal('not_found', { detail: 'session not found' });
  const stored = storedOf(run);
  if (run.columns === null || !(await isKept(db, stored.key))) throw new Refusal('gone');
  return {
    id,
    storedBy: run.servedBy ?? id,
    key: stored.key,
    sha256: stored.sha256,
    bytes: stored.bytes,
    columns: run.columns,
    rowCount: run.rowCount ?? 0,
    truncated: run.truncated,
  };
}

function storedOf(run: SqlRunRow): { key: string; sha256: string; bytes: number } {
  switch (jobStateOf(run.status)) {
    case 'SUCCESS':
      if (run.result === null) throw new Refusal('gone');
      return run.result;
    case 'FAILED':
      if (run.partial !== null) return { ...run.partial, bytes: run.bytes ?? 0 };
      throw new Refusal('job_failed', { facts: { errorCode: run.error?.code ?? null } });
    case 'CANCELED':
      throw new Refusal('job_canceled');
    case 'PENDING':
    case 'PROCESSING':
      throw new Refusal('job_not_finished', { retryAfterSeconds: 1 });
  }
}
