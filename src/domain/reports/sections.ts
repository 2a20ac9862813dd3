import type { ReportFormat } from './format.js';

/**
 * The sections of each type of report, in the order of its pages. A section is gathered by itself, and may be missing
 * by itself: its title then says what is missing.
 */
export const reportSections = {
  activity: {
    runs: 'What ran',
    sessions: 'Sessions',
    steps: 'Steps: time, errors and bottlenecks',
    waiting: 'Waiting for people',
    usage: 'Tokens and cost',
    failures: 'Failures',
  },
  'cot-session': {
    overview: 'Overview',
    phases: 'Phases',
    decisions: 'Decisions',
    steps: 'Steps and attempts',
    usage: 'Usage and cost',
    provenance: 'Provenance',
  },
  audit: {
    summary: 'What was done',
    verification: 'Verification of the hash chain',
    entries: 'Entries',
  },
} as const satisfies Record<string, Record<string, string>>;

/** Its sections are always the same. */
export type FixedReportType = keyof typeof reportSections;

/** The sections of a report of type sql are the statements that it was asked for with. */
export type ReportType = FixedReportType | 'sql';

/** A table has no place for the rest of a report: its file holds this section alone. */
const csvSection: Readonly<Record<FixedReportType, string>> = {
  activity: 'runs',
  'cot-session': 'steps',
  audit: 'entries',
};

export function sectionsOf(type: FixedReportType, format: ReportFormat): string[] {
  return format === 'csv' ? [csvSection[type]] : Object.keys(reportSections[type]);
}

export function sectionTitle(type: FixedReportType, name: string): string {
  const titles: Readonly<Record<string, string>> = reportSections[type];
  return titles[name] ?? name;
}

const QUERY = 'query-';

/** Names of statements: by their place, because two may have the same title. */
export function querySections(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${QUERY}${index + 1}`);
}

/** The place of a statement among those of its report, from 0 on. */
export function queryIndex(section: string): number {
  return Number(section.slice(QUERY.length)) - 1;
}

/** How a section came out, as readers of the job and of the report see it. */
export interface SectionStatus {
  readonly name: string;
  readonly title: string;
  readonly status: 'complete' | 'missing';
  /** Why it is missing, in words that anybody may read. */
  readonly error?: string;
}

export function hasGaps(sections: readonly SectionStatus[]): boolean {
  return sections.some((section) => section.status === 'missing');
}
