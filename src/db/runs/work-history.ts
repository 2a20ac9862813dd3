import type { EndedWork, HistorySeries } from '../../contracts/operation/history.js';
import { many, sql, type Db } from '../base/sql.js';

export interface HistorySpan {
  readonly from: string;
  readonly to: string;
  readonly partMs: number;
}

export interface EndedRow extends EndedWork {
  readonly of: HistorySeries['of'];
  readonly name: string;
  /** Null: of the whole span. */
  readonly part: number | null;
}

/**
 * Steps, runs and gates that ended in the span, by name: its parts and the whole, in one pass.
 * Each table is read by the index of its endings alone. Steps that a fork took over did not run.
 */
export function measureEndedWork(db: Db, { from, to, partMs }: HistorySpan): Promise<EndedRow[]> {
  return many<EndedRow>(
    db,
    sql`with ended as (
          select 'step' as of, step as name, finished_at as at, status = 'failed' as failed,
                 case when status = 'completed' then finished_at - started_at end as took,
                 started_at - queued_at as waited
            from session_steps
           where finished_at >= ${from}::timestamptz and finished_at < ${to}::timestamptz and origin_step_id is null
          union all
          select 'run', kind, finished_at, status = 'failed',
                 case when status = 'completed' then finished_at - started_at end, started_at - created_at
            from runs
           where finished_at >= ${from}::timestamptz and finished_at < ${to}::timestamptz
          union all
          select 'gate', 'gate', decided_at, false, null, decided_at - opened_at
            from gates
           where decided_at >= ${from}::timestamptz and decided_at < ${to}::timestamptz and status <> 'canceled'),
        measured as (
          select of, name, failed, floor(extract(epoch from at - ${from}::timestamptz) * 1000 / ${partMs})::integer as part,
                 extract(epoch from took)::float8 * 1000 as took, extract(epoch from waited)::float8 * 1000 as waited
            from ended),
        grouped as (
          select of, name, part, count(*) as count, count(*) filter (where failed) as failed,
                 percentile_cont(array[0.5, 0.95]) within group (order by took) as took,
                 percentile_cont(array[0.5, 0.95]) within group (order by waited) as waited
            from measured
           group by grouping sets ((of, name), (of, name, part)))
        select of, name, part, count, failed, round(took[1])::float8 as "p50Ms", round(took[2])::float8 as "p95Ms",
               round(waited[1])::float8 as "waitP50Ms", round(waited[2])::float8 as "waitP95Ms"
          from grouped
         order by of, name, part nulls first`,
  );
}
