import type { ActivityFacts, KindFacts, RunFacts } from '../domain/activity-report.js';
import { many, one, sql, type Db, type Sql } from './sql.js';

const MOST_ROWS = 100;

const durationMs: Sql = sql`extract(epoch from finished_at - started_at)::float8 * 1000`;

/** What ran in the last `hours`. Read in a transaction of one snapshot, so that the numbers agree with each other. */
export async function gatherActivity(
  db: Db,
  asked: { readonly title: string; readonly hours: number; readonly ownerId: string | null },
): Promise<ActivityFacts> {
  const window = await one<{ from: string; to: string }>(
    db,
    sql`select now() - make_interval(hours => ${asked.hours}) as "from", now() as "to"`,
  );
  const inWindow = sql`created_at >= ${window.from}::timestamptz and created_at < ${window.to}::timestamptz
                   and ${asked.ownerId === null ? sql`true` : sql`owner_id = ${asked.ownerId}`}`;
  const byKind = await many<KindFacts>(
    db,
    sql`select kind, status, count(*) as count,
               percentile_cont(0.5) within group (order by ${durationMs}) as "medianMs",
               percentile_cont(0.95) within group (order by ${durationMs}) as "p95Ms"
          from runs where ${inWindow} group by kind, status order by count(*) desc, kind, status`,
  );
  const recent = await many<RunFacts>(db, listing(sql``, inWindow));
  const failures = await many<ActivityFacts['failures'][number]>(
    db,
    listing(
      sql`, coalesce(error->>'code', 'unknown') as code, coalesce(error->>'message', '') as message`,
      sql`${inWindow} and status = 'failed'`,
    ),
  );
  const total = byKind.reduce((sum, each) => sum + each.count, 0);
  const scope = asked.ownerId === null ? 'everybody' : 'own';
  return { title: asked.title, scope, ...window, total, byKind, recent, failures };
}

function listing(more: Sql, where: Sql): Sql {
  return sql`select id, kind, title, status, created_at as "createdAt", ${durationMs} as "durationMs"${more}
               from runs where ${where}
              order by created_at desc, id desc
              limit ${MOST_ROWS}`;
}
