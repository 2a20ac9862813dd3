import { activityBlocks } from './activity-blocks.js';
import { auditBlocks } from './audit.js';
import { humanTime } from './human-units.js';
import type { DocumentSection, ReportBlock, ReportDocument, TableRow } from './document.js';
import type { ReportType, SectionStatus } from './sections.js';
import { queryBlocks } from './query.js';
import { sessionBlocks } from '../sessions/report-blocks.js';
import type { ReadMarkdown } from '../sessions/report.js';

/** A report with all that was gathered for it. */
export interface GatheredReport {
  readonly type: ReportType;
  readonly title: string;
  readonly from: string;
  readonly to: string;
  /** Of everybody, or of its owner alone. */
  readonly scope: 'everybody' | 'own';
  readonly sections: readonly GatheredSection[];
}

export interface GatheredSection {
  readonly status: SectionStatus;
  /** Null where the section is missing. */
  readonly data: object | null;
}

export interface AssemblyTools {
  readonly readMarkdown: ReadMarkdown;
  readonly auditEntries: () => AsyncIterable<TableRow>;
}

/** Puts a report together for people: what every format but JSON and CSV is made of. */
export function assembleReport(report: GatheredReport, tools: AssemblyTools): ReportDocument {
  const builders = buildersOf(report, tools);
  return {
    title: report.title,
    lines: linesOf(report),
    sections: report.sections.map((section) => sectionOf(section, builders)),
  };
}

type Builders = Readonly<Record<string, (data: never) => ReportBlock[]>>;

function buildersOf(
  { type, sections }: GatheredReport,
  { readMarkdown, auditEntries }: AssemblyTools,
): Builders {
  switch (type) {
    case 'activity':
      return activityBlocks;
    case 'cot-session':
      return sessionBlocks(readMarkdown);
    case 'sql':
      return Object.fromEntries(sections.map(({ status }) => [status.name, queryBlocks]));
    case 'audit':
      return auditBlocks(auditEntries);
  }
}

function sectionOf({ status, data }: GatheredSection, builders: Builders): DocumentSection {
  const { name, title, error } = status;
  const missing = status.status === 'missing' ? (error ?? 'It could not be gathered.') : null;
  return { name, title, missing, blocks: data === null ? [] : blocksOf(builders[name], data) };
}

/** A section that this version has no words for is shown as what it is made of. */
function blocksOf(build: Builders[string] | undefined, data: object): ReportBlock[] {
  if (build === undefined) return [{ kind: 'code', text: JSON.stringify(data, null, 2) }];
  // The gathering code gave the section this form.
  return build(data as never);
}

function linesOf({ type, from, to, scope, sections }: GatheredReport): string[] {
  const missing = sections.flatMap(({ status }) => (status.status === 'missing' ? [status.title] : []));
  return [
    type === 'cot-session' || type === 'sql'
      ? `As it was at ${humanTime(to)}`
      : `${humanTime(from)} – ${humanTime(to)}${scope === 'own' ? ', your own work' : ''}`,
    ...(missing.length === 0 ? [] : [`With gaps. Missing: ${missing.join('; ')}.`]),
  ];
}
