import { visibleTo, type Viewer } from '../runs/runs.js';
import { execute, maybeOne, sql, type Db } from '../base/sql.js';

/** A gate of a run that is no session: the same inbox, with approve and reject alone. */
export interface RunGate {
  readonly id: string;
  readonly runId: string;
  readonly workflowId: string;
  readonly status: string;
  readonly outputDigest: string;
}

export function findRunGate(db: Db, id: string, viewer: Viewer): Promise<RunGate | undefined> {
  return maybeOne<RunGate>(
    db,
    sql`select gates.id, gates.run_id as "runId", runs.workflow_id as "workflowId", gates.status,
               gates.output_digest as "outputDigest"
          from gates join runs on runs.id = gates.run_id
         where gates.id = ${id} and runs.kind = 'deadline-run' and ${visibleTo(viewer)}`,
  );
}

export async function insertRunGate(
  db: Db,
  gate: { readonly id: string; readonly runId: string; readonly title: string; readonly digest: string },
): Promise<void> {
  await execute(
    db,
    sql`insert into gates (id, run_id, phase, attempt, phase_title, status, output_digest, opened_at)
        values (${gate.id}, ${gate.runId}, 1, 1, ${gate.title}, 'waiting', ${gate.digest}, clock_timestamp())
        on conflict (id) do nothing`,
  );
}

/** Gives 0 when it was decided before. */
export function settleRunGate(
  db: Db,
  gate: {
    readonly id: string;
    readonly status: 'approved' | 'rejected';
    readonly userId: string | null;
    readonly via: string;
    readonly comment: string | null;
  },
): Promise<number> {
  return execute(
    db,
    sql`update gates
           set status = ${gate.status}, decided_at = clock_timestamp(), decided_by = ${gate.userId},
               decided_via = ${gate.via}, comment = ${gate.comment}
         where id = ${gate.id} and status = 'waiting'`,
  );
}

/** The run ended while it waited: nobody decides it any more. */
export async function cancelRunGates(db: Db, runId: string): Promise<void> {
  await execute(
    db,
    sql`update gates set status = 'canceled', decided_at = clock_timestamp()
         where run_id = ${runId} and status = 'waiting'`,
  );
}
