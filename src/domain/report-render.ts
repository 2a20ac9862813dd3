import { humanDuration, type ActivityFacts } from './activity-report.js';
import { renderReportHtml } from './report-html.js';
import type { ReportFormat } from './report-format.js';

export function renderActivityReport(facts: ActivityFacts, format: ReportFormat): string {
  switch (format) {
    case 'html':
      return renderReportHtml(facts);
    case 'md':
      return renderMarkdown(facts);
    case 'json':
      return `${JSON.stringify(facts, null, 2)}\n`;
    case 'csv':
      return renderCsv(facts);
  }
}

function renderMarkdown(facts: ActivityFacts): string {
  const row = (cells: readonly (string | number)[]): string => `| ${cells.map(markdownCell).join(' | ')} |`;
  const table = (head: readonly string[], rows: readonly (string | number)[][]): string[] =>
    rows.length === 0 ? ['Nothing.'] : [row(head), row(head.map(() => '---')), ...rows.map(row)];
  return [
    `# ${markdownCell(facts.title)}`,
    '',
    `${facts.from} – ${facts.to}. ${facts.total} runs${facts.scope === 'own' ? ' of your own' : ''}.`,
    '',
    '## By kind and status',
    '',
    ...table(
      ['Kind', 'Status', 'Runs', 'Median', 'p95'],
      facts.byKind.map((each) => [
        each.kind,
        each.status,
        each.count,
        humanDuration(each.medianMs),
        humanDuration(each.p95Ms),
      ]),
    ),
    '',
    '## Most recent',
    '',
    ...table(
      ['Created', 'Id', 'Kind', 'Title', 'Status', 'Duration'],
      facts.recent.map((run) => [
        run.createdAt,
        run.id,
        run.kind,
        run.title,
        run.status,
        humanDuration(run.durationMs),
      ]),
    ),
    '',
    '## Failures',
    '',
    ...table(
      ['Created', 'Id', 'Kind', 'Code', 'What happened'],
      facts.failures.map((run) => [run.createdAt, run.id, run.kind, run.code, run.message]),
    ),
    '',
  ].join('\n');
}

/** Text as text: whatever stands in a title is neither markup nor the end of its cell. */
function markdownCell(value: string | number): string {
  return String(value)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>|#!&~]/g, '\\$&');
}

function renderCsv(facts: ActivityFacts): string {
  const rows = [
    ['id', 'kind', 'title', 'status', 'created_at', 'duration_ms', 'error_code', 'error_message'],
    ...facts.recent.map((run) => {
      const failure = facts.failures.find((each) => each.id === run.id);
      const { id, kind, title, status, createdAt, durationMs } = run;
      return [
        id,
        kind,
        title,
        status,
        createdAt,
        durationMs ?? '',
        failure?.code ?? '',
        failure?.message ?? '',
      ];
    }),
  ];
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** A spreadsheet runs what begins like a formula, so such text is quoted as text. */
function csvCell(value: string | number): string {
  const text = String(value);
  const harmless = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
