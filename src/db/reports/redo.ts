import { Refusal } from '../../contracts/refusal.js';
import type {
  GenerateReportInput,
  ReportBasis,
  ReportReuse,
  SectionPart,
} from '../../contracts/reports/report.js';
import type { ContentRef } from '../../domain/runs/content-ref.js';
import type { SectionStatus } from '../../domain/reports/sections.js';
import { shareBlobs } from '../runs/blobs.js';
import { findCheckpoint } from '../runs/checkpoints.js';
import {
  findStored,
  insertRun,
  lockRun,
  runLike,
  type NewRun,
  type RunRow,
  type StoredRun,
  type Viewer,
} from '../runs/runs.js';
import type { Tx } from '../base/transaction.js';

/**
 * A report once more, of which only missing sections are gathered. It takes over the content of the others, and the moment
 * that all of them speak of; the report that it comes from stays as it is.
 */
export interface RedoOrder {
  readonly id: string;
  readonly viewer: Viewer;
  /** All that are missing, when absent. */
  readonly sections?: readonly string[] | undefined;
}

export async function redoReport(tx: Tx, order: RedoOrder): Promise<NewRun> {
  const run = await lockRun(tx, order.viewer, order.id, ['report']);
  const stored = run && (await findStored(tx, order.id));
  if (run === undefined || stored === undefined) throw new Refusal('not_found', { detail: 'job not found' });
  const wanted = wantedOf(run, order.sections);
  const input = inputOf(stored);
  // It saw everything then: whoever may not see that now gets no fresh part of it.
  if (input.viewer.role === 'ADMIN' && order.viewer.role !== 'ADMIN') throw new Refusal('forbidden');
  const reuse = await reuseOf(tx, run, { wanted, input });
  const again = runLike(stored, 'redo', { ...input, reuse });
  await insertRun(tx, again);
  await shareBlobs(tx, again.id, hashesOf(reuse));
  return again;
}

function wantedOf({ result }: RunRow, asked: readonly string[] | undefined): readonly string[] {
  const missing = (result?.sections ?? []).filter(isMissing).map(({ name }) => name);
  if (missing.length === 0) throw new Refusal('conflict', { detail: 'the report has no missing sections' });
  const other = asked?.find((name) => !missing.includes(name));
  if (other !== undefined) {
    throw new Refusal('conflict', { detail: `only ${missing.join(', ')} can be redone` });
  }
  return asked ?? missing;
}

function isMissing({ status }: SectionStatus): boolean {
  return status === 'missing';
}

/** What insert.ts wrote. */
function inputOf({ workflowInput }: StoredRun): GenerateReportInput {
  return workflowInput as unknown as GenerateReportInput;
}

async function reuseOf(
  tx: Tx,
  { id, result }: RunRow,
  { wanted, input }: { readonly wanted: readonly string[]; readonly input: GenerateReportInput },
): Promise<ReportReuse> {
  const basis = input.reuse?.basis ?? (await outputOf<ReportBasis>(tx, id, 'basis'));
  if (basis === undefined) throw new Refusal('gone');
  const parts: Record<string, SectionPart> = {};
  for (const section of result?.sections ?? []) {
    const { name } = section;
    if (wanted.includes(name)) continue;
    parts[name] = isMissing(section)
      ? { name, error: { code: 'step_failed', message: section.error ?? '' } }
      : (input.reuse?.parts[name] ?? { name, content: await contentOf(tx, id, name) });
  }
  return { basis, parts };
}

async function contentOf(tx: Tx, id: string, section: string): Promise<ContentRef> {
  const content = await outputOf<ContentRef>(tx, id, `section:${section}`);
  if (content === undefined) throw new Refusal('gone');
  return content;
}

async function outputOf<Output>(tx: Tx, runId: string, stepKey: string): Promise<Output | undefined> {
  return (await findCheckpoint<Output>(tx, { runId, stepKey }))?.output;
}

function hashesOf({ basis, parts }: ReportReuse): string[] {
  const contents = Object.values(parts).flatMap((part) => ('content' in part ? [part.content] : []));
  return [...contents, ...(basis.snapshot === null ? [] : [basis.snapshot])].map(({ sha256 }) => sha256);
}
