import type { RunError } from '../../contracts/runs/run.js';
import type { SessionProgressView } from '../../contracts/sessions/session.js';
import type { RunStatus } from '../../domain/runs/status.js';
import { progressUnder } from '../../domain/sessions/progress-under.js';
import type { SessionProgress } from '../../domain/sessions/progress.js';
import { progressView } from '../../domain/sessions/progress-view.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import { maybeOne, sql, type Db, type Sql } from '../base/sql.js';

/** Estimates are made of this many sessions of the same template version, the newest ones. */
const HISTORY_SESSIONS = 50;

export interface ProgressRow {
  readonly status: RunStatus;
  readonly progress: SessionProgress;
  readonly error: RunError | null;
  readonly rowVersion: number;
  readonly updatedAt: string;
  readonly elapsedMs: number;
  readonly waitMs: number;
  readonly remainingSteps: number;
  /** How many of them have a history, and the sum of their medians, less what the running one has taken already. */
  readonly knownSteps: number;
  readonly leftMs: number | null;
  /** Of the remaining step with the shortest history. */
  readonly samples: number | null;
  readonly templateName: string;
  readonly templateVersion: number;
}

/**
 * For a statement over `runs` and `sessions`.
 * Waiting is every moment in which a person had to act, as the session's state counts them: see domain/sessions/waiting.ts.
 * A wait that goes on is counted until now, or until somebody else ended the session.
 */
export const progressColumns: Sql = sql`runs.status, runs.progress, runs.error, runs.version as "rowVersion",
  runs.updated_at as "updatedAt", sessions.template_name as "templateName",
  sessions.template_version as "templateVersion",
  (extract(epoch from coalesce(runs.finished_at, now()) - runs.created_at) * 1000)::bigint as "elapsedMs",
  (coalesce((sessions.state->>'waitedMs')::bigint, 0)
    + case when sessions.state->>'waitingSinceMs' is null then 0
           else greatest(0, extract(epoch from coalesce(runs.finished_at, now())) * 1000
                            - (sessions.state->>'waitingSinceMs')::bigint) end)::bigint as "waitMs",
  remaining.steps as "remainingSteps", remaining.known as "knownSteps", remaining.left_ms as "leftMs",
  remaining.samples`;

/** A step that is running counts with what its median leaves of it. */
export const progressJoins: Sql = sql`cross join lateral (
  select count(*) as steps, count(history.median_ms) as known, min(history.samples) as samples,
         sum(greatest(0, history.median_ms - coalesce(running.elapsed_ms, 0)))::float8 as left_ms
    from jsonb_array_elements(sessions.state->'phases') with ordinality as phase (state, number)
   cross join unnest(array['THINK', 'EXECUTE', 'INTEGRATE']) as step (name)
    left join (
      select done.phase, done.step, count(*) as samples,
             percentile_cont(0.5) within group (
               order by extract(epoch from done.finished_at - done.started_at) * 1000) as median_ms
        from (select run_id from sessions as other
               where other.template_name = sessions.template_name
                 and other.template_version = sessions.template_version
               order by run_id desc limit ${HISTORY_SESSIONS}) as recent
        join session_steps as done on done.run_id = recent.run_id
       where done.status = 'completed' and done.origin_step_id is null and done.started_at is not null
       group by done.phase, done.step) as history
      on history.phase = phase.number and history.step = step.name
    left join lateral (
      select extract(epoch from now() - max(started_at)) * 1000 as elapsed_ms from session_steps
       where run_id = runs.id and status = 'running'
         and session_steps.phase = phase.number and session_steps.step = step.name) as running on true
   where runs.finished_at is null and not (phase.state->'results') ? step.name) as remaining`;

/** One statement. Undefined: no such session, or not the viewer's. */
export function readSessionProgress(db: Db, viewer: Viewer, id: string): Promise<ProgressRow | undefined> {
  return maybeOne<ProgressRow>(
    db,
    sql`select ${progressColumns}
          from runs join sessions on sessions.run_id = runs.id ${progressJoins}
         where runs.id = ${id} and ${visibleTo(viewer)}`,
  );
}

export function toProgressView(row: ProgressRow): SessionProgressView {
  const { elapsedMs, waitMs, updatedAt } = row;
  const times = { elapsedMs, waitMs, updatedAt, ...estimateOf(row) };
  const view = progressView(progressUnder(row.progress, row.status), times);
  return { ...view, reason: view.reason ?? row.error?.message ?? null };
}

/** Only when each of the remaining steps has a history: a part of an estimate would be an invented one. */
function estimateOf(row: ProgressRow): { etaMs: number | null; etaBasis: string | null } {
  const { remainingSteps, knownSteps, leftMs, samples, templateName, templateVersion } = row;
  if (leftMs === null || remainingSteps === 0 || knownSteps < remainingSteps)
    return { etaMs: null, etaBasis: null };
  const runs = samples === 1 ? '1 earlier run' : `${samples} or more earlier runs`;
  const etaBasis = `work left, by the median of ${runs} of each step of ${templateName} version ${templateVersion}; people's time not counted`;
  return { etaMs: Math.round(leftMs), etaBasis };
}
