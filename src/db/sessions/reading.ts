import type { SeenOutput } from '../../contracts/sessions/reading.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import { execute, maybeOne, one, sql, type Db } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/** The first reader holds it until they give it up. A gate that is decided is left alone. */
export function reserveGate(tx: Tx, viewer: Viewer, gate: { id: string; forMs: number }): Promise<number> {
  return execute(
    tx,
    sql`update gates
           set reserved_by = ${viewer.userId},
               reserved_until = clock_timestamp() + ${gate.forMs}::integer * interval '1 millisecond'
          from runs
         where gates.id = ${gate.id} and runs.id = gates.run_id and ${visibleTo(viewer)}
           and gates.status = 'waiting'
           and (reserved_by is null or reserved_by = ${viewer.userId} or reserved_until < clock_timestamp())`,
  );
}

/** Undefined: the session has no such output. For a session that the viewer was found to see. */
export function storeSeen(
  tx: Tx,
  { userId }: Viewer,
  seen: { sessionId: string; phase: number; digest: string },
): Promise<SeenOutput | undefined> {
  return maybeOne<SeenOutput>(
    tx,
    sql`insert into seen_outputs (user_id, run_id, phase, digest)
        select ${userId}, run_id, ${seen.phase}::integer, ${seen.digest} from run_blobs
         where run_id = ${seen.sessionId} and sha256 = decode(${seen.digest}, 'hex')
        on conflict (user_id, run_id, phase) do update set digest = excluded.digest, seen_at = now()
        returning phase, digest as "outputDigest", seen_at as "seenAt"`,
  );
}

/** Whether a session ever had this content. */
export async function hasContent(db: Db, sessionId: string, digest: string): Promise<boolean> {
  const { found } = await one<{ found: boolean }>(
    db,
    sql`select exists (select from run_blobs
                        where run_id = ${sessionId} and sha256 = decode(${digest}, 'hex')) as found`,
  );
  return found;
}
