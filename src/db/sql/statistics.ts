import { execute, one, sql, type Db } from '../base/sql.js';

/** As many runs as the usual values rest on. */
const REMEMBERED = 15;

export interface StatementName {
  readonly dataSource: string;
  readonly fingerprint: string;
}

/** After a run of it that went to its end. */
export async function learnFrom(
  db: Db,
  { dataSource, fingerprint }: StatementName,
  ran: { readonly ms: number; readonly rows: number },
): Promise<void> {
  await execute(
    db,
    sql`insert into sql_statistics as known (data_source, fingerprint, runs, recent_ms, recent_rows)
        values (${dataSource}, ${fingerprint}, 1, array[${ran.ms}::bigint], array[${ran.rows}::bigint])
        on conflict (data_source, fingerprint) do update
           set runs = known.runs + 1,
               recent_ms = (excluded.recent_ms || known.recent_ms)[1:${REMEMBERED}::integer],
               recent_rows = (excluded.recent_rows || known.recent_rows)[1:${REMEMBERED}::integer],
               updated_at = now()`,
  );
}

/** How long a run holds its place, as the latest ones did. Null while nothing is known. */
export async function usualDurationMs(db: Db): Promise<number | null> {
  const { ms } = await one<{ ms: number | null }>(
    db,
    sql`select percentile_disc(0.5) within group (order by execution_ms) as ms
          from (select execution_ms from sql_runs where execution_ms is not null and served_by is null
                 order by queued_at desc limit 20) as latest`,
  );
  return ms;
}
