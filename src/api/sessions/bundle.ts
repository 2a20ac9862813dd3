import type { SessionBundle } from '../../contracts/sessions/ledger.js';
import { Problem } from '../http/problems.js';
import { listEventsAfter } from '../../db/runs/event-reads.js';
import type { Viewer } from '../../db/runs/runs.js';
import { findSessionRow, listForks } from '../../db/sessions/reads.js';
import { readTexts } from '../../db/sessions/texts.js';
import { listGatesOf } from '../../db/sessions/reads-gates.js';
import { listSteps, listTries, listUsage } from '../../db/sessions/reads-ledger.js';
import type { Db } from '../../db/base/sql.js';
import { publishedEvent } from '../events/event-message.js';
import type { SessionReadDeps } from './read-deps.js';
import { hashesOf, toDetail, toStepDetail, toUsage, type LinkBase } from './view.js';

const ALL_EVENTS = 1_000_000;

interface AskedBundle {
  readonly viewer: Viewer;
  readonly id: string;
  readonly at: LinkBase & Pick<SessionReadDeps, 'history'>;
}

/** Eight statements, whatever the session holds. */
export async function sessionBundle(db: Db, { viewer, id, at }: AskedBundle): Promise<SessionBundle> {
  const row = await findSessionRow(db, viewer, id);
  if (row === undefined) throw new Problem('not_found');
  const estimate = await at.history.estimate(db, row);
  const gates = await listGatesOf(db, id);
  const forks = await listForks(db, viewer, id);
  const steps = await listSteps(db, id, { filters: {} });
  const tries = await listTries(
    db,
    steps.map((step) => step.id),
  );
  const used = await listUsage(db, id);
  const events = await listEventsAfter(db, id, { after: 0, limit: ALL_EVENTS });
  const texts = await readTexts(db, [
    ...hashesOf(row),
    ...steps.flatMap((step) => [step.promptDigest, step.outputDigest]),
    ...gates.flatMap((gate) => [gate.editedDigest, gate.notesDigest]),
  ]);
  const textOf = (digest: string | null): string | null => texts.get(digest ?? '')?.text ?? null;
  return {
    format: 'sluice.session/1',
    exportedAt: new Date().toISOString(),
    session: toDetail({ row, estimate, gates, forks, texts }, at),
    template: row.definition,
    steps: steps.map((step) => toStepDetail(step, tries.get(step.id) ?? [], texts)),
    gates: gates.map((gate) => ({
      ...gate,
      editedOutput: textOf(gate.editedDigest),
      notes: textOf(gate.notesDigest),
    })),
    usage: toUsage(row, used),
    events: events.map(publishedEvent) as SessionBundle['events'],
  };
}
