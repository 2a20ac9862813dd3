import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { printable } from '../../../src/domain/reports/breakable-text.js';
import { widthOf } from '../../../src/domain/reports/text-width.js';
import { hasGaps, sectionsOf } from '../../../src/domain/reports/sections.js';
import { csvFile, stepColumns } from '../../../src/domain/reports/table-rows.js';
import { humanDuration } from '../../../src/domain/reports/human-units.js';
import { csvLine } from '../../../src/domain/reports/csv.js';
import type { MarkdownBlock, ReportBlock, ReportDocument } from '../../../src/domain/reports/document.js';
import { contentTypes, reportFilename } from '../../../src/domain/reports/format.js';
import { reportHtml } from '../../../src/domain/reports/html.js';
import { reportJson } from '../../../src/domain/reports/json.js';
import { reportMarkdown } from '../../../src/domain/reports/markdown.js';

const HOSTILE = `<script>alert("1")</script> | '"\`*_[x](javascript:y)\n\r\t=cmd|' /C calc'!A0 & 日本語`;

async function* streamed<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
  return Promise.resolve();
}

/** Every kind of block, with the same text wherever a text may stand. */
function documentOf(text: string): ReportDocument {
  const content = [
    { kind: 'text', text } as const,
    { kind: 'strong', content: [{ kind: 'code', text }] } as const,
  ];
  const written: MarkdownBlock[] = [
    { kind: 'heading', level: 1, content },
    { kind: 'paragraph', content },
    { kind: 'list', start: 1, items: [[{ kind: 'quote', blocks: [{ kind: 'paragraph', content }] }]] },
    { kind: 'table', head: [content, content], rows: [[content, content]] },
    { kind: 'code', text },
  ];
  const columns = [
    { title: text },
    { title: text, as: 'status' as const },
    { title: text, as: 'code' as const },
  ];
  const blocks: ReportBlock[] = [
    { kind: 'heading', text },
    { kind: 'paragraph', text, tone: 'warning' },
    { kind: 'facts', rows: [[text, text]] },
    { kind: 'table', table: { columns, rows: streamed([[text, text, text]]) } },
    { kind: 'code', text },
    { kind: 'markdown', blocks: written },
  ];
  return {
    title: text,
    lines: [text],
    sections: [
      { name: 'one', title: text, missing: null, blocks },
      { name: 'two', title: text, missing: text, blocks: [] },
    ],
  };
}

async function whole(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

const htmlOf = (text: string): Promise<string> => whole(reportHtml(documentOf(text), () => '<svg></svg>'));
/** Elements, without the attribute that a status names its colour by. */
const tags = (html: string): string[] =>
  [...html.matchAll(/<\/?[a-z][^>]*>/gi)].map(([tag]) => tag.replace(/^(<span) class="badge [^"]*"/, '$1'));

test('whatever stands in a report, HTML has no element and no attribute of its making', async () => {
  const harmless = tags(await htmlOf('x'));
  expect(tags(await htmlOf(HOSTILE))).toEqual(harmless);
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'a', ' ', '=') }),
      async (text) => expect(tags(await htmlOf(text))).toEqual(harmless),
    ),
  );
});

test('a section that is missing is there, with its reason', async () => {
  expect(await htmlOf('<why>')).toContain('This section is missing. &lt;why&gt;');
  expect(await whole(reportMarkdown(documentOf('why')))).toContain('> **This section is missing.** why');
});

test('Markdown keeps a hostile text inside its cell and makes no markup of it', async () => {
  const cellsOf = async (text: string): Promise<number[]> => {
    const lines = (await whole(reportMarkdown(documentOf(text)))).split('\n');
    return lines.filter((line) => line.startsWith('|')).map((line) => line.split(/(?<!\\)\|/).length);
  };
  expect(await cellsOf(HOSTILE)).toEqual(await cellsOf('x'));
});

test('a reader of the Markdown finds no element, link or image in it, whatever stands in a report', async () => {
  const reader = new MarkdownIt('default', { html: true, linkify: false });
  const kinds = async (text: string): Promise<string[]> => {
    const tokens = reader.parse(await whole(reportMarkdown(documentOf(text))), {});
    const all = tokens.flatMap((token) => [token, ...(token.children ?? [])]);
    return all.map(({ type }) => type).filter((type) => /^(html_|link|image)/.test(type));
  };
  expect(await kinds(HOSTILE)).toEqual([]);
  await fc.assert(
    fc.asyncProperty(
      fc.string({
        unit: fc.constantFrom('<', '>', '!', '[', ']', '(', ')', '`', '\\', '|', '&', 'a', ' ', '\n'),
      }),
      async (text) => expect(await kinds(text)).toEqual([]),
    ),
    { numRuns: 300 },
  );
});

test('a fence around code is longer than any in it', async () => {
  const document = { ...documentOf('x'), sections: [] };
  const blocks: ReportBlock[] = [{ kind: 'code', text: '```\n# out\n````' }];
  const section = { name: 'one', title: 'One', missing: null, blocks };
  const md = await whole(reportMarkdown({ ...document, sections: [section] }));
  expect(md).toContain('`````\n```\n# out\n````\n`````');
});

test.each([
  ['=HYPERLINK("x","y"),\r\nz', `"'=HYPERLINK(""x"",""y""),\r\nz"`],
  [' +1', "' +1"],
  ['\u{ff1d}1', "'\u{ff1d}1"],
  ['\tx', "'\tx"],
  ['a-b', 'a-b'],
  [-1.5, '-1.5'],
  [null, ''],
])('the cell %j stands in CSV as %j', (value, cell) => {
  expect(csvLine([value, 'end'])).toBe(`${cell},end\r\n`);
});

test('JSON is one document, whatever is streamed into it', async () => {
  const status = { name: 'a', title: 'A', status: 'complete' } as const;
  const text = await whole(
    reportJson({
      head: { title: HOSTILE },
      sections: [
        { status, data: { total: 2 }, rows: streamed([{ x: HOSTILE }, { x: 2 }]) },
        { status: { ...status, status: 'missing', error: 'why' }, data: null },
        { status, data: {}, rows: streamed([]) },
      ],
    }),
  );
  expect(JSON.parse(text)).toEqual({
    title: HOSTILE,
    sections: [
      { ...status, data: { total: 2 }, rows: [{ x: HOSTILE }, { x: 2 }] },
      { ...status, status: 'missing', error: 'why', data: null },
      { ...status, data: {}, rows: [] },
    ],
  });
});

test.each([
  [null, '–'],
  [340.4, '340 ms'],
  [12_345, '12.3 s'],
  [245_000, '4 min 05 s'],
  [12_000_000, '3 h 20 min'],
  [187_200_000, '2 d 04 h'],
])('a duration of %s ms reads %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test.each([
  ['Activity of the last 24 hours', 'Activity-of-the-last-24-hours.html'],
  ['../../etc/passwd', 'etc-passwd.html'],
  ['売上の報告', '売上の報告.html'],
  ['"; rm -rf /', 'rm-rf.html'],
  ['…', 'report.html'],
])('a report called %s is saved as %s', (title, filename) => {
  expect(reportFilename(title, 'html')).toBe(filename);
});

test('each format names its content type', () => {
  expect(contentTypes).toEqual({
    html: 'text/html; charset=utf-8',
    pdf: 'application/pdf',
    md: 'text/markdown; charset=utf-8',
    json: 'application/json; charset=utf-8',
    csv: 'text/csv; charset=utf-8',
  });
});

test('a file name keeps sixty characters of its title', () => {
  expect(reportFilename('語'.repeat(61), 'pdf')).toBe(`${'語'.repeat(60)}.pdf`);
  expect(reportFilename('a'.repeat(60), 'md')).toBe(`${'a'.repeat(60)}.md`);
  expect(reportFilename('?!', 'csv')).toBe('report.csv');
});

test('lines end alike whatever ended them, and a text without letters has no width', () => {
  expect(printable('a\r\nb\rc\nd')).toBe('a\nb\nc\nd');
  expect(['', 'a', 'aa'].map(widthOf)).toEqual([0, 0.65, 1.3]);
});

test.each([
  ['日', 1],
  ['👩', 1],
  ['M', 0.95],
  ['Z', 0.75],
  ['7', 0.75],
  ['.', 0.42],
  ['i', 0.42],
  ['e', 0.65],
])('%s is %d ems wide', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test('a table file has a line of titles and a line for each row', async () => {
  const columns = { titles: ['a', 'b'], cells: (row: number) => [row, `of ${row}`] };
  const lines: string[] = [];
  for await (const line of csvFile(columns, [1, 2])) lines.push(line);
  expect(lines).toEqual(['a,b\r\n', '1,of 1\r\n', '2,of 2\r\n']);
});

test('a table file holds one section, and the other formats all of them', () => {
  expect((['activity', 'cot-session', 'audit'] as const).map((type) => sectionsOf(type, 'csv'))).toEqual([
    ['runs'],
    ['steps'],
    ['entries'],
  ]);
  expect(sectionsOf('audit', 'html')).toEqual(['summary', 'verification', 'entries']);
});

test('a report has a gap when one of its sections is missing', () => {
  const complete = { name: 'a', title: 'A', status: 'complete' } as const;
  expect(hasGaps([complete])).toBe(false);
  expect(hasGaps([complete, { ...complete, status: 'missing' }])).toBe(true);
});

test('the file of steps has one column for each fact, under names that other programs rely on', () => {
  expect(stepColumns.titles.join(' ')).toBe(
    'step_id phase phase_title step attempt status tries started_at finished_at duration_ms model_asked' +
      ' model_used provider tokens_in tokens_out tokens_cached cost_usd prompt_digest output_digest' +
      ' reused_from error_code error_message',
  );
});

test.each([
  [1.6, '2 ms'],
  [999.4, '999 ms'],
  [1_000, '1.0 s'],
  [60_000, '1 min 00 s'],
])('%d milliseconds are %s', (ms, words) => {
  expect(humanDuration(ms)).toBe(words);
});
