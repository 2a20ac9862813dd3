import { assembleReport, type GatheredReport } from '../../../../src/domain/reports/assembly.js';
import type { ReportChart, ReportDocument } from '../../../../src/domain/reports/document.js';
import { reportHtml } from '../../../../src/domain/reports/html.js';
import { reportMarkdown } from '../../../../src/domain/reports/markdown.js';
import { sectionTitle, type FixedReportType } from '../../../../src/domain/reports/sections.js';
import {
  brokenAudit,
  eventfulActivity,
  eventfulSession,
  plainActivity,
  plainSession,
  soundAudit,
} from './facts.js';
import { everyMarkdown } from './markdown-facts.js';

const tools = {
  readMarkdown: () => everyMarkdown,
  auditEntries: async function* () {
    yield ['2026-03-01 09:00:00 UTC', '1', 'ana', 'create', 'run', 'run_1', 'because'];
    return Promise.resolve();
  },
};

function gathered(type: FixedReportType, data: object): GatheredReport {
  return {
    type,
    title: `A report: ${type}`,
    from: '2026-03-01T00:00:00.000000Z',
    to: '2026-03-02T00:00:00.000000Z',
    scope: 'everybody',
    sections: Object.entries(data).map(([name, value]) => ({
      status: { name, title: sectionTitle(type, name), status: 'complete' },
      data: value as object,
    })),
  };
}

const withGaps: GatheredReport = {
  ...gathered('activity', { later: { told: 'by a newer version' } }),
  scope: 'own',
};
const missing = { name: 'runs', title: 'What ran', status: 'missing' } as const;

const reports: Readonly<Record<string, GatheredReport>> = {
  'eventful session': gathered('cot-session', eventfulSession),
  'plain session': gathered('cot-session', plainSession),
  'eventful activity': gathered('activity', eventfulActivity),
  'plain activity': gathered('activity', plainActivity),
  'broken audit log': gathered('audit', brokenAudit),
  'sound audit log': gathered('audit', soundAudit),
  'report with gaps': {
    ...withGaps,
    sections: withGaps.sections.concat(
      { status: { ...missing, error: 'The database was away.' }, data: null },
      { status: { ...missing, name: 'usage', title: 'Tokens' }, data: null },
    ),
  },
};
export const reportNames = Object.keys(reports);

/** HTML shows the parts that every format has. A chart stands as its facts, and the style is left out. */
export async function asHtml(name: string): Promise<string> {
  const html = await whole(reportHtml(documentOf(name), chartAsText));
  return html.replace(/<style>[^<]+<\/style>/, '<style/>');
}

export function asMarkdown(name: string): Promise<string> {
  return whole(reportMarkdown(documentOf(name)));
}

function documentOf(name: string): ReportDocument {
  return assembleReport(reports[name]!, tools);
}

function chartAsText({ title, shape, stacked, unit, categories, series }: ReportChart): string {
  const lines = series.map((each) => `\n  ${each.name}: ${each.values.join(' ')}`);
  return `${title}, ${stacked === true ? 'stacked ' : ''}${shape} of ${unit} by ${categories.join(', ')}${lines.join('')}`;
}

async function whole(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}
