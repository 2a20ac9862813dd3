import type { RunError } from '../../contracts/runs/run.js';
import type { SessionProgressView } from '../../contracts/sessions/session.js';
import type { RunStatus } from '../../domain/runs/status.js';
import type { Estimate, RemainingStep } from '../../domain/sessions/estimate.js';
import { progressUnder } from '../../domain/sessions/progress-under.js';
import type { SessionProgress } from '../../domain/sessions/progress.js';
import { progressView } from '../../domain/sessions/progress-view.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import { maybeOne, sql, type Db, type Sql } from '../base/sql.js';
import { stepNameArray } from './step-order.js';

export interface ProgressRow {
  readonly status: RunStatus;
  readonly progress: SessionProgress;
  readonly error: RunError | null;
  readonly rowVersion: number;
  readonly updatedAt: string;
  readonly elapsedMs: number;
  readonly waitMs: number;
  /** Steps without a result; none of an ended session. */
  readonly remaining: readonly RemainingStep[];
  readonly templateName: string;
  readonly templateVersion: number;
}

/**
 * For a statement over `runs` and `sessions`. Waiting is the time in which a person had to act, by the session's
 * state: see domain/sessions/waiting.ts. A wait that goes on is counted until now, or until somebody else ended the
 * session.
 */
export const progressColumns: Sql = sql`runs.status, runs.progress, runs.error, runs.version as "rowVersion",
  runs.updated_at as "updatedAt", sessions.template_name as "templateName",
  sessions.template_version as "templateVersion",
  (extract(epoch from coalesce(runs.finished_at, now()) - runs.created_at) * 1000)::bigint as "elapsedMs",
  (coalesce((sessions.state->>'waitedMs')::bigint, 0)
    + case when sessions.state->>'waitingSinceMs' is null then 0
           else greatest(0, extract(epoch from coalesce(runs.finished_at, now())) * 1000
                            - (sessions.state->>'waitingSinceMs')::bigint) end)::bigint as "waitMs",
  remaining.steps as remaining`;

export const progressJoins: Sql = sql`cross join lateral (
  select coalesce(jsonb_agg(jsonb_build_object('phase', phase.number, 'step', step.name,
                                               'runningMs', running.elapsed_ms)), '[]') as steps
    from jsonb_array_elements(sessions.state->'phases') with ordinality as phase (state, number)
   cross join unnest(${stepNameArray}) as step (name)
    left join lateral (
      select extract(epoch from now() - max(started_at)) * 1000 as elapsed_ms from session_steps
       where run_id = runs.id and status = 'running'
         and session_steps.phase = phase.number and session_steps.step = step.name) as running on true
   where runs.finished_at is null and not (phase.state->'results') ? step.name) as remaining`;

/** A single statement. Undefined: no such session, or not the viewer's. */
export function readSessionProgress(db: Db, viewer: Viewer, id: string): Promise<ProgressRow | undefined> {
  return maybeOne<ProgressRow>(
    db,
    sql`select ${progressColumns}
          from runs join sessions on sessions.run_id = runs.id ${progressJoins}
         where runs.id = ${id} and ${visibleTo(viewer)}`,
  );
}

export function toProgressView(row: ProgressRow, estimate: Estimate | null): SessionProgressView {
  const { elapsedMs, waitMs, updatedAt } = row;
  const times = { elapsedMs, waitMs, updatedAt, ...estimated(row, estimate) };
  const view = progressView(progressUnder(row.progress, row.status), times);
  return { ...view, reason: view.reason ?? row.error?.message ?? null };
}

function estimated(
  { templateName, templateVersion }: ProgressRow,
  estimate: Estimate | null,
): { etaMs: number | null; etaBasis: string | null } {
  if (estimate === null) return { etaMs: null, etaBasis: null };
  const { leftMs, samples } = estimate;
  const runs = samples === 1 ? '1 earlier run' : `${samples} or more earlier runs`;
  const etaBasis = `work left, by the median of ${runs} of each step of ${templateName} version ${templateVersion}; people's time not counted`;
  return { etaMs: Math.round(leftMs), etaBasis };
}
