import { event } from '../../contracts/event-data.js';
import type { StepDelta } from '../../contracts/sessions/delta.js';
import { findRun } from '../../db/runs/runs.js';
import { progressUnder } from '../../domain/sessions/progress-under.js';
import type { SessionProgress } from '../../domain/sessions/progress.js';
import { shownProgress } from '../../domain/sessions/progress-view.js';
import type { DeltaFeed } from '../../models/deltas/feed.js';
import { eventSubjectOf, type LiveSource, type ReadableRuns } from '../events/event-subject.js';
import { EventMessage } from '../events/event-message.js';

/** The models' text of running steps, as it comes. */
export type SessionText = Pick<DeltaFeed, 'attach'>;

/** Sessions as the readers of their events need them: progress as the snapshot, and the text of running steps. */
export function readableSessions(text: SessionText): ReadableRuns {
  return {
    find: async (db, principal, id) => {
      const run = await findRun(db, { viewer: principal, id, kinds: ['cot-session'] });
      if (run === undefined) return undefined;
      const progress = progressUnder(run.progress as unknown as SessionProgress, run.status);
      return eventSubjectOf(run, { status: run.status, progress: shownProgress(progress) });
    },
    live: liveText(text),
  };
}

function liveText(text: SessionText): LiveSource {
  return (runId, take) => text.attach(runId, (delta) => take(deltaMessage(delta)));
}

/** Not stored and without a position: a reader drops what an older try had said. */
function deltaMessage({
  stepId,
  attempt,
  try: tryNumber,
  generation,
  offset,
  text,
}: StepDelta): EventMessage {
  const { data } = event('step.delta', { stepId, attempt, try: tryNumber, generation, offset, text });
  return new EventMessage({ at: new Date().toISOString(), type: 'step.delta', ...data });
}
