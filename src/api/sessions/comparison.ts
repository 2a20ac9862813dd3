import type { Comparison } from '../../contracts/sessions/ledger.js';
import { Problem } from '../http/problems.js';
import type { Viewer } from '../../db/runs/runs.js';
import { findSessionRow, type SessionRow } from '../../db/sessions/reads.js';
import { readTexts, type StoredText } from '../../db/sessions/texts.js';
import { listGatesOf } from '../../db/sessions/reads-gates.js';
import { listStepOutputs } from '../../db/sessions/reads-ledger.js';
import type { Db } from '../../db/base/sql.js';
import {
  alignPhases,
  outputsOfAttempt,
  type AlignedPhase,
  type ComparedPhase,
} from '../../domain/sessions/compare.js';
import { textDiff } from './text-diff.js';
import { visibleText } from '../../domain/visible-text.js';

interface Side {
  readonly row: SessionRow;
  readonly attempt: number | null;
  readonly phases: readonly ComparedPhase[];
}

/** A session as it stands now against another session, or against an earlier attempt of its own. */
export async function compareSessions(
  db: Db,
  { viewer, id, other }: { readonly viewer: Viewer; readonly id: string; readonly other: string },
): Promise<Comparison> {
  const left = await currentSide(db, viewer, id);
  const attempt = /^attempt:(\d+)$/.exec(other)?.[1];
  const right =
    attempt === undefined
      ? await currentSide(db, viewer, other)
      : await attemptSide(db, left.row, Number(attempt));
  const aligned = alignPhases(left.phases, right.phases);
  const changed = aligned.filter((phase) => phase.state === 'changed');
  const texts = await readTexts(
    db,
    changed.flatMap((phase) => [phase.left?.digest, phase.right?.digest]),
  );
  return {
    left: headOfSide(left),
    right: headOfSide(right),
    equal: aligned.every((phase) => phase.state === 'equal' || phase.state === 'none'),
    phases: aligned.map((phase) => comparedPhase(phase, texts)),
  };
}

async function currentSide(db: Db, viewer: Viewer, id: string): Promise<Side> {
  const row = await findSessionRow(db, viewer, id);
  if (row === undefined) throw new Problem('not_found');
  const digests = row.state.phases.map((phase) => phase.output?.sha256 ?? null);
  return { row, attempt: null, phases: phasesOf(row, digests) };
}

async function attemptSide(db: Db, row: SessionRow, attempt: number): Promise<Side> {
  if (attempt > row.state.attempt) throw new Problem('not_found', { detail: 'There is no such attempt.' });
  const steps = await listStepOutputs(db, row.id);
  const edits = (await listGatesOf(db, row.id)).flatMap(({ phase, attempt: of, editedDigest }) =>
    editedDigest === null ? [] : [{ phase, attempt: of, sha256: editedDigest }],
  );
  const digests = outputsOfAttempt(attempt, { phaseCount: row.state.plan.phases.length, steps, edits });
  return { row, attempt, phases: phasesOf(row, digests) };
}

function phasesOf(row: SessionRow, digests: readonly (string | null)[]): ComparedPhase[] {
  return row.state.plan.phases.map(({ title }, index) => ({
    key: row.definition?.phases[index]?.key ?? String(index + 1),
    title,
    number: index + 1,
    digest: digests[index] ?? null,
  }));
}

function comparedPhase(
  phase: AlignedPhase,
  texts: ReadonlyMap<string, StoredText>,
): Comparison['phases'][number] {
  const refOf = (side: ComparedPhase | null): Comparison['phases'][number]['left'] =>
    side === null ? null : { number: side.number, digest: side.digest };
  return {
    key: phase.key,
    title: phase.title,
    left: refOf(phase.left),
    right: refOf(phase.right),
    state: phase.state,
    diff: phase.state === 'changed' ? diffOf(phase, texts) : null,
  };
}

function headOfSide({ row, attempt }: Side): Comparison['left'] {
  const template = { name: row.templateName, version: row.templateVersion };
  return { id: row.id, attempt, topic: visibleText(row.topic), status: row.status, template };
}

/** Undefined texts are no longer kept: the digests still say that they differ. */
function diffOf(
  phase: AlignedPhase,
  texts: ReadonlyMap<string, StoredText>,
): Comparison['phases'][number]['diff'] {
  const left = texts.get(phase.left?.digest ?? '');
  const right = texts.get(phase.right?.digest ?? '');
  if (left === undefined || right === undefined) return null;
  return textDiff(left.text, right.text);
}
