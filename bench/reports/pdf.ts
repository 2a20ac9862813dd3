import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { loadCharts } from '../../src/activities/reports/draw-chart.js';
import { readMarkdown } from '../../src/activities/reports/read-markdown.js';
import { createPdfRenderer } from '../../src/activities/reports/render-pdf.js';
import { createTypesetter } from '../../src/activities/reports/typeset.js';
import { code, number, status, tableOf, text } from '../../src/domain/reports/blocks.js';
import type { ReportBlock, ReportChart, ReportDocument } from '../../src/domain/reports/document.js';
import { reportHtml } from '../../src/domain/reports/html.js';
import { pdfPages } from '../../test/support/pdf-pages.js';
import { print, table } from '../users-audit/measure.js';

/** A clock tick of /proc. */
const TICK_MS = 10;
const RUNS = 5;

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/**
 * A report of 20 pages with 5 charts as PDF and, as the baseline, as HTML. The time is that of all cores, with
 * the typesetter's process (start, fonts and all).
 */
export async function benchPdf(): Promise<void> {
  const draw = await loadCharts();
  const render = createPdfRenderer(createTypesetter(pathToFileURL('src/activities/')));
  const document = sample();
  const pdf = await render(document, { draw });
  const html = (): Promise<string[]> => collect(reportHtml(document, draw));
  const asPdf = await median(() => render(document, { draw }));
  const asHtml = await median(html);
  table(
    ['the same report', 'size kB', 'wall ms', 'CPU ms'],
    [
      ['PDF', kB(pdf.length), asPdf.wallMs.toFixed(0), asPdf.cpuMs.toFixed(0)],
      [
        'HTML',
        kB(Buffer.byteLength((await html()).join(''))),
        asHtml.wallMs.toFixed(0),
        asHtml.cpuMs.toFixed(0),
      ],
    ],
  );
  const within = asPdf.cpuMs <= 2_000 ? 'within' : 'OVER';
  print(
    `${pdfPages(pdf).length} pages, 5 charts: ${(asPdf.cpuMs / 1_000).toFixed(2)} s of one core, ${within} 2 s; ` +
      `${(asPdf.cpuMs / Math.max(1, asHtml.cpuMs)).toFixed(1)} × the HTML; this process then has ${rssMb()} MB`,
  );
}

/** A long activity report: prose, charts and a table over most of the pages. */
function sample(): ReportDocument {
  const days = Array.from({ length: 30 }, (_, day) => `2026-10-${String(day + 1).padStart(2, '0')}`);
  const chart = (index: number): ReportBlock => {
    const values = days.map((_, day) => 20 + ((day * 7 + index * 3) % 31));
    const shape: ReportChart['shape'] = index % 2 === 0 ? 'bars' : 'lines';
    const series = ['completed', '失敗'].map((name) => ({ name, values }));
    return {
      kind: 'chart',
      chart: { title: `日ごと ${index + 1}`, shape, unit: 'runs', categories: days, series },
    };
  };
  const rows = Array.from({ length: 960 }, (_, index) => [
    `2026-10-${String((index % 30) + 1).padStart(2, '0')} 10:00:00`,
    `job_01KAXYZABCDEFGHJKMNPQ${String(index).padStart(5, '0')}`,
    index % 3 === 0 ? `日本語の題名 ${index}` : `A title of the usual length ${index}`,
    ['completed', 'failed', 'needs_attention'][index % 3] ?? '',
    `${index}.3 s`,
  ]);
  const prose = readMarkdown(
    '## 構想\n\nSome **bold** prose with `code`, and 日本語の文章です。\n\n- one\n- two\n\n'.repeat(8),
  );
  const columns = [text('Created'), code('Id'), text('Title'), status('Status'), number('Duration')];
  const blocks = [0, 1, 2, 3, 4].map(chart);
  return {
    title: 'Activity 活動報告',
    lines: ['Of everybody'],
    sections: [
      {
        name: 'charts',
        title: 'Charts',
        missing: null,
        blocks: [...blocks, { kind: 'markdown', blocks: prose }],
      },
      { name: 'runs', title: 'What ran', missing: null, blocks: [tableOf(columns, rows)] },
    ],
  };
}

async function median(work: () => Promise<unknown>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const before = { at: performance.now(), own: process.cpuUsage(), children: childrenMs() };
    await work();
    const own = process.cpuUsage(before.own);
    costs.push({
      wallMs: performance.now() - before.at,
      cpuMs: (own.user + own.system) / 1_000 + childrenMs() - before.children,
    });
  }
  const sorted = costs.sort((one, other) => one.cpuMs - other.cpuMs);
  return sorted[Math.floor(RUNS / 2)] ?? { wallMs: NaN, cpuMs: NaN };
}

/** Processor time of ended child processes, user and system; Linux only. */
function childrenMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

async function collect(parts: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

const kB = (bytes: number): string => (bytes / 1_000).toFixed(0);
const rssMb = (): string => (process.memoryUsage().rss / 1e6).toFixed(0);
