import { ActivityFailure, isCancellation, setCurrentDetails } from '@temporalio/workflow';
import type {
  GatherSectionInput,
  GenerateReportInput,
  ReportBasis,
  SectionPart,
} from '../../contracts/reports/report.js';
import type { RunOutcome } from '../../contracts/runs/run.js';
import type { ContentRef } from '../../domain/runs/content-ref.js';
import { queryIndex } from '../../domain/reports/sections.js';
import { hasRunEnded } from '../runs/has-run-ended.js';
import { errorOf, runJob } from '../runs/job-run.js';
import { reportQueries, reportRendering, reportSteps } from './proxies.js';

/**
 * A report: fix what it speaks of, gather its sections side by side, write it, publish the result.
 *
 * G1. Each section is a step: the report names a section without retries left as missing, with the reason.
 * G2. A report of which nothing is left is no report: when every section failed, so has the job.
 * G3. Sections that were taken over from an earlier run are never gathered again.
 */
export async function generateReport(input: GenerateReportInput): Promise<RunOutcome> {
  const { runId, subject, format, title, viewer, reuse } = input;
  return runJob(runId, async () => {
    setCurrentDetails('**Opening** what the report speaks of');
    const basis =
      reuse?.basis ?? (await reportSteps.openReport.executeWithOptions({ summary: subject.type }, [input]));
    const parts = await gatherSections(input, basis);
    setCurrentDetails(`**Writing** it as ${format}${gapsOf(parts)}`);
    return reportRendering.renderReport.executeWithOptions({ summary: format }, [
      { runId, title, format, subject, viewer, basis, parts },
    ]);
  });
}

async function gatherSections(input: GenerateReportInput, basis: ReportBasis): Promise<SectionPart[]> {
  const { sections } = input;
  const reused = input.reuse?.parts ?? {};
  const wanted = sections.filter((section) => reused[section] === undefined);
  setCurrentDetails(`**Gathering** ${wanted.join(', ')}`);
  const gathered = await Promise.allSettled(
    wanted.map((section) => gather(input, { basis, section, outOf: wanted.length })),
  );
  const failures = gathered.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  const ending = failures.find(endsTheJob) ?? (failures.length === sections.length ? failures[0] : undefined);
  if (ending !== undefined) throw ending;
  return sections.map((name) => {
    const part = reused[name];
    if (part !== undefined) return part;
    const outcome = gathered[wanted.indexOf(name)]!;
    if (outcome.status === 'fulfilled') return { name, content: outcome.value };
    return { name, error: errorOf(outcome.reason as ActivityFailure, name) };
  });
}

function gather(
  { runId, subject, viewer }: GenerateReportInput,
  place: Pick<GatherSectionInput, 'basis' | 'section' | 'outOf'>,
): Promise<ContentRef> {
  const { section } = place;
  const query = subject.type === 'sql' ? subject.queries[queryIndex(section)] : undefined;
  return query === undefined
    ? reportSteps.gatherSection.executeWithOptions({ summary: section }, [
        { runId, subject, viewer, ...place },
      ])
    : reportQueries.gatherQuery.executeWithOptions({ summary: query.title }, [
        { runId, query, viewer, ...place },
      ]);
}

/** A cancellation, the end of the run, or a fault in this code is never a gap in a report. */
function endsTheJob(failure: unknown): boolean {
  return isCancellation(failure) || !(failure instanceof ActivityFailure) || hasRunEnded(failure);
}

function gapsOf(parts: readonly SectionPart[]): string {
  const missing = parts.filter((part) => 'error' in part).map((part) => part.name);
  return missing.length === 0 ? '' : `, without ${missing.join(', ')}`;
}
