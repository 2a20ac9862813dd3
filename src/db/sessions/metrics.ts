import type { StalledSession, WorkTotals } from '../../contracts/sessions/metrics.js';
import type { LocalText } from '../../contracts/templates/template.js';
import type { SessionCounts } from '../../domain/reports/activity.js';
import type { StepName } from '../../domain/sessions/state.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import { many, sql, type Db, type Sql } from '../base/sql.js';
import { stepNameArray } from './step-order.js';

/** Its length and its end, which is now when it is not given. */
export interface MetricsWindow {
  readonly ms: number;
  readonly until?: string;
}

function inWindow(moment: Sql, { ms, until }: MetricsWindow): Sql {
  const length = sql`${ms} * interval '1 millisecond'`;
  if (until === undefined) return sql`${moment} >= now() - ${length}`;
  return sql`(${moment} >= ${until}::timestamptz - ${length} and ${moment} < ${until}::timestamptz)`;
}

export interface WorkRow extends Omit<WorkTotals, 'errorRate'> {
  readonly template: string;
  /** Null: of the whole template. */
  readonly phase: number | null;
  /** Null: of the whole phase. */
  readonly step: StepName | null;
  readonly key: string | null;
  readonly title: LocalText | null;
}

/**
 * The runs of steps that ended in the window, by step, by phase and by template, in one pass. Steps that a fork took
 * over did not run. Durations are of completed runs, retries and all; a phase's name is its newest version's.
 */
export function measureWork(db: Db, viewer: Viewer, window: MetricsWindow): Promise<WorkRow[]> {
  return many<WorkRow>(
    db,
    sql`with run as (
          select sessions.template_name as template, sessions.template_version as version, steps.phase, steps.step,
                 steps.status, extract(epoch from steps.finished_at - steps.started_at) * 1000 as ms,
                 (select count(*) from session_step_tries where step_id = steps.id) as tries
            from session_steps as steps
            join sessions on sessions.run_id = steps.run_id
            join runs on runs.id = steps.run_id
           where ${inWindow(sql`steps.finished_at`, window)} and steps.origin_step_id is null
             and ${visibleTo(viewer)}),
        measured as (
          select template, phase, step, max(version) as version, count(*) as runs,
                 count(*) filter (where status = 'completed') as completed,
                 count(*) filter (where status = 'failed') as failed,
                 coalesce(sum(greatest(tries - 1, 0)), 0)::bigint as retries,
                 percentile_cont(0.5) within group (order by ms) filter (where status = 'completed') as p50,
                 percentile_cont(0.95) within group (order by ms) filter (where status = 'completed') as p95,
                 coalesce(sum(ms), 0) as total
            from run
           group by grouping sets ((template), (template, phase), (template, phase, step)))
        select template, phase, step, runs, completed, failed, retries, round(p50)::float8 as "p50Ms",
               round(p95)::float8 as "p95Ms", round(total)::float8 as "totalMs",
               definition->'phases'->(phase - 1)->>'key' as key, definition->'phases'->(phase - 1)->'title' as title
          from measured
          left join templates on templates.name = template and templates.version = measured.version
         order by template, phase nulls first,
                  array_position(${stepNameArray}, step) nulls first`,
  );
}

export interface WaitRow {
  readonly template: string;
  readonly phase: number | null;
  readonly decisions: number;
  readonly open: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly totalMs: number;
}

/** How long people took at the gates that were decided in the window, and how many gates wait now. */
export function measureWaits(db: Db, viewer: Viewer, window: MetricsWindow): Promise<WaitRow[]> {
  return many<WaitRow>(
    db,
    sql`with stop as (
          select sessions.template_name as template, gates.phase, gates.decided_at,
                 extract(epoch from gates.decided_at - gates.opened_at) * 1000 as ms
            from gates
            join sessions on sessions.run_id = gates.run_id
            join runs on runs.id = gates.run_id
           where (${inWindow(sql`gates.decided_at`, window)} and gates.status <> 'canceled'
                  or gates.status = 'waiting' and runs.finished_at is null)
             and ${visibleTo(viewer)})
        select template, phase, count(decided_at) as decisions, count(*) - count(decided_at) as open,
               round(percentile_cont(0.5) within group (order by ms))::float8 as "p50Ms",
               round(percentile_cont(0.95) within group (order by ms))::float8 as "p95Ms",
               round(coalesce(sum(ms), 0))::float8 as "totalMs"
          from stop
         group by grouping sets ((template), (template, phase))`,
  );
}

/** Sessions that began or ended in the window, and those that are open now. */
export function countSessions(db: Db, viewer: Viewer, window: MetricsWindow): Promise<SessionCounts[]> {
  return many<SessionCounts>(
    db,
    sql`select sessions.template_name as template,
               count(*) filter (where ${inWindow(sql`runs.created_at`, window)}) as created,
               count(*) filter (where runs.finished_at is null) as open,
               count(*) filter (where ${inWindow(sql`runs.finished_at`, window)} and runs.status = 'completed') as completed,
               count(*) filter (where ${inWindow(sql`runs.finished_at`, window)} and runs.status = 'failed') as failed,
               count(*) filter (where ${inWindow(sql`runs.finished_at`, window)} and runs.status = 'rejected') as rejected,
               count(*) filter (where ${inWindow(sql`runs.finished_at`, window)} and runs.status = 'canceled') as canceled
          from runs join sessions on sessions.run_id = runs.id
         where (${inWindow(sql`runs.created_at`, window)} or runs.finished_at is null
                or ${inWindow(sql`runs.finished_at`, window)})
           and ${visibleTo(viewer)}
         group by sessions.template_name
         order by sessions.template_name`,
  );
}

export interface StalledRow extends StalledSession {
  readonly kind: 'stuck' | 'stale';
  /** Of this kind, shown or not. */
  readonly total: number;
}

const STALE_AFTER_MS = 86_400_000;
/** A session may take this long to start, and a step this much longer than its own limit. */
const GRACE_MS = 60_000;
const STALLED_SHOWN = 50;

/** Open sessions that do not move, longest unchanged first. Every try of a step changes its run's row. */
export function listStalled(db: Db, viewer: Viewer): Promise<StalledRow[]> {
  return many<StalledRow>(
    db,
    sql`with open as (
          select runs.id, runs.title as topic, sessions.template_name as template, runs.status,
                 runs.updated_at as "updatedAt",
                 (extract(epoch from now() - runs.updated_at) * 1000)::bigint as "unchangedMs",
                 coalesce((sessions.options #>> '{limits,stepTimeoutMs}')::bigint, 300000) as limit_ms
            from runs join sessions on sessions.run_id = runs.id
           where runs.finished_at is null and ${visibleTo(viewer)}),
        judged as (
          select open.*,
                 case when status = 'needs_attention' then 'needs_attention'
                      when status = 'queued' and "unchangedMs" > ${GRACE_MS} then 'not_started'
                      when status = 'running' and "unchangedMs" > limit_ms + ${GRACE_MS} then 'no_movement'
                      when status = 'waiting_approval' and "unchangedMs" > ${STALE_AFTER_MS} then 'waiting_for_people'
                      when status = 'paused' and "unchangedMs" > ${STALE_AFTER_MS} then 'paused'
                 end as reason
            from open),
        ranked as (
          select id, topic, template, status, reason, "updatedAt", "unchangedMs", kind,
                 count(*) over (partition by kind) as total,
                 row_number() over (partition by kind order by "updatedAt", id) as place
            from judged
           cross join lateral (
                   select case when status in ('waiting_approval', 'paused') then 'stale' else 'stuck' end as kind) as of
           where reason is not null)
        select id, topic, template, status, reason, "updatedAt", "unchangedMs", kind, total
          from ranked where place <= ${STALLED_SHOWN}
         order by kind, place`,
  );
}
