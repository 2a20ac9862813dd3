import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { AuditKeys } from '../../crypto/audit-chain.js';
import { failureTypes } from '../../contracts/errors.js';
import type {
  GatherSectionInput,
  GenerateReportInput,
  RenderReportInput,
  ReportActivities,
  ReportBasis,
  ReportSubject,
  SectionPart,
} from '../../contracts/reports/report.js';
import { event } from '../../contracts/event-data.js';
import type { RunProjection } from '../../contracts/runs/projection.js';
import type { ContentRef } from '../../domain/runs/content-ref.js';
import { findBlob, storeBlob } from '../../db/runs/blobs.js';
import type { gatherSection } from '../../db/reports/gather-section.js';
import { openReport, type OpenedReport } from '../../db/reports/open.js';
import { countSteps } from '../../db/runs/checkpoints.js';
import type { GatheredReport, GatheredSection } from '../../domain/reports/assembly.js';
import { contentTypes, reportFilename } from '../../domain/reports/format.js';
import { queryIndex, sectionTitle } from '../../domain/reports/sections.js';
import type { AskDeps } from '../../operations/sql/ask-statement.js';
import { checkpointedStep } from '../sessions/checkpointed-step.js';
import { gatherQuery } from './gather-query.js';
import { createPdfRenderer } from './render-pdf.js';
import { storeResult } from './store-result.js';
import { writeReport } from './write.js';

export interface ReportDeps extends AskDeps {
  readonly auditKeys: AuditKeys;
  /** Where what a section says comes from. */
  readonly gather: typeof gatherSection;
}

const SECTION_KEY = 'section:';

/** Of a step. A statement has its own limit, see gather-query.ts. */
const MOST_FAILURES = 3;

export function createReportActivities(deps: ReportDeps): ReportActivities {
  const { pool } = deps;
  const renderPdf = createPdfRenderer();
  return {
    openReport: (input) =>
      checkpointedStep(pool, {
        runId: input.runId,
        stepKey: 'basis',
        mostFailures: MOST_FAILURES,
        produce: () => opened(pool, input),
        store: async (tx, { snapshot, ...times }): Promise<ReportBasis> => ({
          ...times,
          snapshot: snapshot === null ? null : await storeBlob(tx, input.runId, jsonBlob(snapshot)),
        }),
        project: () => progressAt(5, 'gather'),
      }),

    gatherSection: (input) =>
      gatherOnce(pool, { ...input, mostFailures: MOST_FAILURES }, () => deps.gather(deps, input)),

    gatherQuery: (input) => gatherOnce(pool, input, () => gatherQuery(deps, input)),

    renderReport: (input) =>
      checkpointedStep(pool, {
        runId: input.runId,
        stepKey: 'render',
        mostFailures: MOST_FAILURES,
        produce: async () => {
          const report = await gatheredReport(pool, input);
          const signal = Context.current().cancellationSignal;
          const stored = await storeResult(deps, {
            runId: input.runId,
            content: await writeReport({ pool, renderPdf, signal }, input, report),
            contentType: contentTypes[input.format],
            filename: reportFilename(input.title, input.format),
            signal,
          });
          return { ...stored, sections: report.sections.map(({ status }) => status) };
        },
        store: (_tx, result) => Promise.resolve(result),
        project: () => progressAt(95, 'publish'),
      }),
  };
}

interface GatheredOnce extends Pick<GatherSectionInput, 'runId' | 'section' | 'outOf'> {
  readonly mostFailures?: number;
}

/** A section as a step, with its share of the progress. */
function gatherOnce(
  pool: Pool,
  { runId, section, outOf, mostFailures = Infinity }: GatheredOnce,
  gather: () => Promise<object | undefined>,
): Promise<ContentRef> {
  let gathered = 0;
  return checkpointedStep(pool, {
    runId,
    stepKey: `${SECTION_KEY}${section}`,
    mostFailures,
    produce: async () => {
      const data = await gather();
      if (data === undefined) throw gone('what the report is about is no longer kept');
      return data;
    },
    store: async (tx, data) => {
      gathered = 1 + (await countSteps(tx, runId, SECTION_KEY));
      return storeBlob(tx, runId, jsonBlob(data));
    },
    project: () => progressAt(5 + Math.round((75 * gathered) / outOf), 'gather', section),
  });
}

async function opened(pool: Pool, input: GenerateReportInput): Promise<OpenedReport> {
  const found = await openReport(pool, input);
  if (found === undefined) throw gone('the session is no longer there');
  return found;
}

/** Reads back what the sections say. Content that is there no longer cannot be made again: the report would lie. */
async function gatheredReport(pool: Pool, input: RenderReportInput): Promise<GatheredReport> {
  const { subject, title, basis, viewer, parts } = input;
  const sections: GatheredSection[] = [];
  for (const part of parts) sections.push(await gatheredSection(pool, input, part));
  return {
    type: subject.type,
    title,
    from: basis.from,
    to: basis.to,
    scope: viewer.role === 'ADMIN' ? 'everybody' : 'own',
    sections,
  };
}

async function gatheredSection(
  pool: Pool,
  { subject }: RenderReportInput,
  part: SectionPart,
): Promise<GatheredSection> {
  const named = { name: part.name, title: titleOf(subject, part.name) };
  if ('error' in part) {
    return { status: { ...named, status: 'missing', error: part.error.message }, data: null };
  }
  const blob = await findBlob(pool, part.content.sha256);
  if (blob === undefined) throw gone('what was gathered for the report is no longer kept');
  return {
    status: { ...named, status: 'complete' },
    data: JSON.parse(blob.content.toString('utf8')) as object,
  };
}

function titleOf(subject: ReportSubject, section: string): string {
  if (subject.type !== 'sql') return sectionTitle(subject.type, section);
  return subject.queries[queryIndex(section)]?.title ?? section;
}

function jsonBlob(value: object): { content: string; contentType: string } {
  return { content: JSON.stringify(value), contentType: contentTypes.json };
}

function gone(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, failureTypes.recordGone);
}

function progressAt(
  percent: number,
  phase: string,
  section?: string,
): Pick<RunProjection, 'progress' | 'events'> {
  const progress = { percent, phase, ...(section === undefined ? {} : { section }) };
  return { progress, events: [event('job.progress', progress)] };
}
