import type { Pool } from 'pg';
import type { AuditReportFilters, RenderReportInput, ReportSubject } from '../../contracts/reports/report.js';
import { activityRows, type ActivityRow } from '../../db/reports/activity.js';
import { auditEntryRows, filtersWithin, type AuditEntryRow } from '../../db/reports/audit.js';
import { humanTime } from '../../domain/reports/human-units.js';
import { assembleReport, type GatheredReport } from '../../domain/reports/assembly.js';
import type { CsvValue } from '../../domain/reports/csv.js';
import { queryCsv, type QueryData } from '../../domain/reports/query.js';
import type { ReportDocument, TableRow } from '../../domain/reports/document.js';
import { reportHtml } from '../../domain/reports/html.js';
import { reportJson } from '../../domain/reports/json.js';
import { reportMarkdown } from '../../domain/reports/markdown.js';
import { hasGaps } from '../../domain/reports/sections.js';
import { csvFile, stepColumns, type CsvColumns } from '../../domain/reports/table-rows.js';
import type { SessionData } from '../../domain/sessions/report.js';
import { loadCharts } from './draw-chart.js';
import { readMarkdown } from './read-markdown.js';
import type { RenderPdf } from './render-pdf.js';

type Content = Buffer | AsyncIterable<string>;

export interface WritingTools {
  readonly pool: Pool;
  readonly renderPdf: RenderPdf;
  /** Of the activity: a file that nobody waits for is not made. */
  readonly signal: AbortSignal;
}

/** The file of a report. Tables without an end come straight from the database while it is written. */
export async function writeReport(
  { pool, renderPdf, signal }: WritingTools,
  input: RenderReportInput,
  report: GatheredReport,
): Promise<Content> {
  switch (input.format) {
    case 'html':
      return reportHtml(documentOf(pool, input, report), await loadCharts());
    case 'pdf':
      return renderPdf(documentOf(pool, input, report), { draw: await loadCharts(), signal });
    case 'md':
      return reportMarkdown(documentOf(pool, input, report));
    case 'json':
      return jsonOf(pool, input, report);
    case 'csv':
      return csvOf(pool, input, report);
  }
}

function documentOf(pool: Pool, input: RenderReportInput, report: GatheredReport): ReportDocument {
  return assembleReport(report, { readMarkdown, auditEntries: () => auditTable(pool, input) });
}

async function* auditTable(pool: Pool, input: RenderReportInput): AsyncGenerator<TableRow> {
  for await (const entry of auditEntries(pool, input)) {
    yield [
      humanTime(entry.timestamp),
      String(entry.seq ?? '–'),
      entry.actor_name,
      entry.action,
      entry.resource_type,
      entry.resource_id,
      entry.reason ?? '',
    ];
  }
}

function auditEntries(
  pool: Pool,
  { subject, basis }: Pick<RenderReportInput, 'subject' | 'basis'>,
): AsyncGenerator<AuditEntryRow> {
  return auditEntryRows(pool, filtersWithin(filtersOf(subject), basis));
}

function filtersOf(subject: ReportSubject): AuditReportFilters {
  if (subject.type !== 'audit') throw new Error(`a report of type ${subject.type} has no audit entries`);
  return subject.filters;
}

function jsonOf(pool: Pool, input: RenderReportInput, report: GatheredReport): AsyncIterable<string> {
  const { type, title, from, to, scope } = report;
  const statuses = report.sections.map(({ status }) => status);
  const head = { type, title, from, to, scope, completedWithGaps: hasGaps(statuses) };
  const sections = report.sections.map((section) => {
    const isEntries = type === 'audit' && section.status.name === 'entries' && section.data !== null;
    return { ...section, ...(isEntries ? { rows: auditEntries(pool, input) } : {}) };
  });
  return reportJson({ head, sections });
}

function csvOf(pool: Pool, input: RenderReportInput, report: GatheredReport): AsyncIterable<string> {
  const { basis, viewer, subject } = input;
  switch (subject.type) {
    case 'activity':
      return csvFile(runColumns, activityRows(pool, { basis, viewer }));
    case 'cot-session':
      return csvFile(stepColumns, stepsOf(report));
    case 'sql':
      return csvOfQuery(report);
    case 'audit':
      return csvFile(entryColumns, auditEntries(pool, input));
  }
}

async function* csvOfQuery({ sections }: GatheredReport): AsyncGenerator<string> {
  const [query] = sections;
  if (query?.data != null) yield* queryCsv(query.data as QueryData);
}

function stepsOf({ sections }: GatheredReport): SessionData['steps']['steps'] {
  const found = sections.find(({ status }) => status.name === 'steps');
  return (found?.data as SessionData['steps'] | null | undefined)?.steps ?? [];
}

const runColumns: CsvColumns<ActivityRow> = {
  titles: [
    'id',
    'kind',
    'title',
    'owner',
    'status',
    'created_at',
    'started_at',
    'finished_at',
    'duration_ms',
    'error_code',
    'error_message',
  ],
  cells: (run) => [
    run.id,
    run.kind,
    run.title,
    run.owner,
    run.status,
    run.createdAt,
    run.startedAt,
    run.finishedAt,
    run.durationMs,
    run.errorCode,
    run.errorMessage,
  ],
};

const entryColumns: CsvColumns<AuditEntryRow> = {
  titles: [
    'id',
    'timestamp',
    'seq',
    'actor_id',
    'actor_name',
    'actor_email',
    'actor_role',
    'action',
    'resource_type',
    'resource_id',
    'reason',
    'before',
    'after',
    'request_id',
    'ip',
    'hash',
    'is_deleted',
  ],
  cells: (entry) => [
    entry.id,
    entry.timestamp,
    entry.seq,
    entry.actor_id,
    entry.actor_name,
    entry.actor_email,
    entry.actor_role,
    entry.action,
    entry.resource_type,
    entry.resource_id,
    entry.reason,
    documentCell(entry.before),
    documentCell(entry.after),
    entry.request_id,
    entry.origin?.ip,
    entry.hash,
    entry.is_deleted,
  ],
};

function documentCell(value: object | null): CsvValue {
  return value === null ? null : JSON.stringify(value);
}
