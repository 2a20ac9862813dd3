import type { TemporalIdentity } from '../../domain/runs/temporal-home.js';
import { execute, maybeOne, sql, type Db } from '../base/sql.js';

export interface TemporalHome extends TemporalIdentity {
  readonly problem: string | null;
}

export function findTemporalHome(db: Db): Promise<TemporalHome | undefined> {
  return maybeOne<TemporalHome>(
    db,
    sql`select namespace_id as "namespaceId", namespace, cluster_id as "clusterId", problem from temporal_home`,
  );
}

/** The first Temporal that is seen is the home; later ones find it. */
export async function settleTemporalHome(
  db: Db,
  { namespaceId, namespace, clusterId }: TemporalIdentity,
): Promise<void> {
  await execute(
    db,
    sql`insert into temporal_home (namespace_id, namespace, cluster_id)
        values (${namespaceId}, ${namespace}, ${clusterId}) on conflict do nothing`,
  );
}

/** Null takes it back. */
export async function noteTemporalProblem(db: Db, problem: string | null): Promise<void> {
  await execute(
    db,
    sql`update temporal_home
           set problem = ${problem},
               problem_since = case when ${problem}::text is null then null else coalesce(problem_since, now()) end
         where problem is distinct from ${problem}`,
  );
}

/** The next Temporal that is seen becomes the home. Gives the one that was. */
export function forgetTemporalHome(db: Db): Promise<TemporalHome | undefined> {
  return maybeOne<TemporalHome>(
    db,
    sql`delete from temporal_home
        returning namespace_id as "namespaceId", namespace, cluster_id as "clusterId", problem`,
  );
}

/** True for one process at a time, and not before `everyMs` have passed since the last one. */
export async function takeTurn(db: Db, name: string, everyMs: number): Promise<boolean> {
  const next = sql`now() + make_interval(secs => ${everyMs / 1_000})`;
  const taken = await maybeOne(
    db,
    sql`insert into maintenance_turns (name, next_at) values (${name}, ${next})
        on conflict (name) do update set next_at = ${next} where maintenance_turns.next_at <= now()
        returning name`,
  );
  return taken !== undefined;
}
