import { Refusal } from '../../contracts/refusal.js';
import type {
  GenerateReportInput,
  ReportBasis,
  ReportReuse,
  SectionPart,
} from '../../contracts/reports/report.js';
import type { ContentRef } from '../../domain/runs/content-ref.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { SectionStatus } from '../../domain/reports/sections.js';
import { shareBlobs } from '../../db/runs/blobs.js';
import { findCheckpoint } from '../../db/runs/checkpoints.js';
import {
  findStored,
  insertRun,
  lockRun,
  runLike,
  type NewRun,
  type RunRow,
  type StoredRun,
} from '../../db/runs/runs.js';
import type { Tx } from '../../db/base/transaction.js';

/**
 * A report once more, of which only missing sections are gathered. The new report takes over the other sections and
 * their moment; the old report stays as it is.
 */
export interface RedoOrder {
  readonly id: string;
  readonly principal: Principal;
  readonly origin: Origin;
  /** Without sections: all that are missing. */
  readonly body: { readonly sections?: readonly string[] | undefined };
}

/** The caller starts the new report after the commit. */
export async function redoReport(tx: Tx, order: RedoOrder): Promise<NewRun> {
  const { id, principal, origin, body } = order;
  const run = await insertRedo(tx, order);
  await recordAudit(tx, {
    actor: principal,
    origin,
    resourceType: 'job',
    resourceId: run.id,
    action: 'sections_redone',
    after: { originJobId: id, ...body },
  });
  return run;
}

async function insertRedo(tx: Tx, { id, principal, body }: RedoOrder): Promise<NewRun> {
  const run = await lockRun(tx, { viewer: principal, id, kinds: ['report'] });
  const stored = run && (await findStored(tx, id));
  if (run === undefined || stored === undefined) throw new Refusal('not_found', { detail: 'job not found' });
  const wanted = wantedOf(run, body.sections);
  const input = inputOf(stored);
  // The old report saw every owner's data: a person without that right now gets no fresh section.
  if (input.viewer.role === 'ADMIN' && principal.role !== 'ADMIN') throw new Refusal('forbidden');
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

/** The input as request-report.ts wrote it. */
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
