import type { StoredChange } from '../../db/runs/changes.js';
import { listRunsById } from '../../db/runs/runs.js';
import { listSessionsById } from '../../db/sessions/reads.js';
import type { Db } from '../../db/base/sql.js';
import { omit } from '../../domain/omit.js';
import type { ListedRun } from '../events/kept-changes.js';
import type { TemporalUi } from '../http/temporal-link.js';
import { sessionsBaseOf } from '../sessions/links.js';
import { toSummary } from '../sessions/view.js';
import { jobView } from './job-view.js';

/** How the runs of these changes stand in lists now, by id. A session stands as `session`, any other run as `job`. */
export function listedRuns(db: Db, ui: TemporalUi) {
  return async (changes: readonly StoredChange[]): Promise<ReadonlyMap<string, ListedRun>> => {
    const idsOf = (isSession: boolean): string[] => [
      ...new Set(
        changes.filter(({ kind }) => (kind === 'cot-session') === isSession).map(({ runId }) => runId),
      ),
    ];
    const [sessions, jobs] = await Promise.all([
      listSessions(db, ui, idsOf(true)),
      listJobs(db, ui, idsOf(false)),
    ]);
    return new Map(sessions.concat(jobs));
  };
}

async function listSessions(db: Db, ui: TemporalUi, ids: readonly string[]): Promise<[string, ListedRun][]> {
  if (ids.length === 0) return [];
  const at = { links: ui, base: sessionsBaseOf('') };
  return (await listSessionsById(db, ids)).map((row) => [row.id, { session: toSummary(row, at) }]);
}

async function listJobs(db: Db, ui: TemporalUi, ids: readonly string[]): Promise<[string, ListedRun][]> {
  if (ids.length === 0) return [];
  return (await listRunsById(db, ids)).map((row) => [row.id, { job: omit(jobView(row, ui), 'input') }]);
}
