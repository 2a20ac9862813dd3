import { loadCharts } from '../../../src/activities/reports/draw-chart.js';
import { readMarkdown } from '../../../src/activities/reports/read-markdown.js';
import { createPdfRenderer } from '../../../src/activities/reports/render-pdf.js';
import { printable } from '../../../src/domain/reports/breakable-text.js';
import { code, number, status, tableOf, text } from '../../../src/domain/reports/blocks.js';
import type { ReportBlock, ReportDocument } from '../../../src/domain/reports/document.js';
import { injectionCorpus } from '../../support/models/injection-corpus.js';
import { pdfFonts, pdfPages, unspaced } from '../../support/pdf-pages.js';

const render = createPdfRenderer();
const draw = await loadCharts();

const written = (markdown: string): ReportBlock => ({ kind: 'markdown', blocks: readMarkdown(markdown) });
const documentOf = (blocks: ReportBlock[], title = 'A report'): ReportDocument => ({
  title,
  lines: [],
  sections: [{ name: 'one', title: 'One', missing: null, blocks }],
});
const pdfOf = (blocks: ReportBlock[], title?: string): Promise<Buffer> =>
  render(documentOf(blocks, title), { draw });
const pagesOf = async (blocks: ReportBlock[], title?: string): Promise<string[]> =>
  pdfPages(await pdfOf(blocks, title));

const fruit: ReportBlock = {
  kind: 'chart',
  chart: {
    title: '果物の数',
    shape: 'bars',
    unit: '個',
    categories: ['林檎', '蜜柑'],
    series: [
      { name: '去年', values: [3, 5] },
      { name: '今年', values: [4, 6] },
    ],
  },
};

test('Japanese is text that can be searched, in paragraphs, tables, code and the labels of charts', async () => {
  const pdf = await pdfOf(
    [
      { kind: 'paragraph', text: '散歩に出かけましょう。' },
      tableOf([text('題名'), status('状態')], [['報告書', 'completed']]),
      { kind: 'code', text: "say('今日は')" },
      written('**太字**と*強調*'),
      fruit,
    ],
    '活動報告',
  );

  const page = pdfPages(pdf)[0];
  for (const word of [
    '活動報告',
    '散歩に出かけましょう。',
    '題名',
    '報告書',
    "say('今日は')",
    '太字と強調',
  ]) {
    expect(page).toContain(word);
  }
  for (const label of ['果物の数', '林檎', '蜜柑', '去年', '今年', '個']) expect(page).toContain(label);
  expect(pdfFonts(pdf)).toEqual(['BIZUDPGothic-Bold', 'BIZUDPGothic-Regular', 'DejaVuSansMono']);
});

test('a table over many pages has its header on each of them, loses no row, and every page says its number', async () => {
  const rows = Array.from({ length: 900 }, (_, index) => [
    `row-${index}-`,
    '2026-11-21 10:00:00',
    `A title of some length, so that rows have two lines now and then, ${index}`,
    'needs_attention',
    '12.3 s',
  ]);
  const columns = [code('Id'), text('Created'), text('Title'), status('Status'), number('Duration')];
  const pages = await pagesOf([tableOf(columns, rows)], 'The long one');

  expect(pages.length).toBeGreaterThanOrEqual(20);
  for (const [index, page] of pages.entries()) {
    expect(page).toContain('IdCreatedTitleStatusDuration');
    expect(page).toMatch(new RegExp(`${index + 1}/${pages.length}$`));
    if (index > 0) expect(page).toMatch(/^Thelongone/);
  }
  const all = pages.join('');
  expect(rows.filter(([id]) => all.split(id!).length !== 2)).toEqual([]);
});

const syntax = [
  '#eval("6*7*1000003")',
  '#read("/etc/passwd")',
  '#import "@preview/cetz:0.3.4": *',
  '#{ panic("no") } #sys.inputs #pagebreak()',
  '$x^2$ @ref <label> [content] *strong* _emph_ = heading + item',
  '"quotes" \\ \\u{41} // a comment /* another */ `raw` ```rust fn``` https://example.com',
  '</text><script>alert(1)</script><image href="file:///etc/passwd"/>&amp;',
  '\u0007\u009f\ud800 half a character\ufffe',
  ...injectionCorpus,
];

test('whatever stands in a text is printed as it is, and nothing of it is run, read or fetched', async () => {
  const blocks = syntax.flatMap((hostile): ReportBlock[] => [
    { kind: 'heading', text: `1${hostile}` },
    { kind: 'paragraph', text: `2${hostile}` },
    { kind: 'facts', rows: [[`3${hostile}`, `4${hostile}`]] },
    tableOf(
      [text(`5${hostile}`), code('code'), status('status'), number('number')],
      [[`6${hostile}`, `7${hostile}`, `8${hostile}`, `9${hostile}`]],
    ),
    { kind: 'code', text: `a${hostile}` },
    written(`b\`\`\`\` ${hostile} \`\`\`\``),
  ]);
  const hostileSections = syntax.map((hostile, index) => ({
    name: String(index),
    title: `c${hostile}`,
    missing: `d${hostile}`,
    blocks: index === 0 ? blocks : [],
  }));
  const title = syntax.join(' ');
  const pdf = await render({ title, lines: syntax, sections: hostileSections }, { draw });
  const all = pdfPages(pdf).join('');

  expect(all).not.toContain('42000126');
  expect(all).not.toContain('root:');
  for (const hostile of syntax) {
    const shown = unspaced(printable(hostile));
    for (const place of '12345679abcd')
      expect(all.includes(`${place}${shown}`) || `${place}${shown}`).toBe(true);
  }
});

test('a section that is missing stands there with its title and the reason, and an empty table says that it is', async () => {
  const document: ReportDocument = {
    title: 'A report',
    lines: ['Of nobody'],
    sections: [
      { name: 'one', title: 'Sessions', missing: 'It took too long to gather.', blocks: [] },
      { name: 'two', title: 'Failures', missing: null, blocks: [tableOf([text('Created')], [])] },
    ],
  };
  const [page] = pdfPages(await render(document, { draw }));

  expect(page).toContain(unspaced('Sessions This section is missing. It took too long to gather.'));
  expect(page).toContain('FailuresNothing.');
});

test.each([
  ['a paragraph', (word: string): ReportBlock => ({ kind: 'paragraph', text: word })],
  ['code', (word: string): ReportBlock => ({ kind: 'code', text: word })],
  ['a fact', (word: string): ReportBlock => ({ kind: 'facts', rows: [['label', word]] })],
  ['Markdown', (word: string) => written(`- **${word}**`)],
  ['a cell', (word: string) => tableOf([code('Id'), text('Title')], [[word, 'x']])],
])('a word longer than many lines goes on over the pages in %s', async (_place, blockOf) => {
  const word = 'abcdefgh'.repeat(3_000);
  const pages = await pagesOf([blockOf(word)]);

  // In one line, which leads out of the page, it would be one page.
  expect(pages.length).toBeGreaterThanOrEqual(3);
  expect(pages.map((page) => page.replace(/[^a-h]/g, '')).join('').length).toBeGreaterThanOrEqual(
    word.length,
  );
});

test('lists and quotations of any depth are printed, with what stands in the deepest', async () => {
  const list = Array.from({ length: 35 }, (_, depth) => `${'  '.repeat(depth)}- level ${depth}`).join('\n');
  const pages = await pagesOf([
    written(list),
    written(`${'> '.repeat(30)}a quotation`),
    written(`${'> '.repeat(200)}far inside`),
    written(`${'**a _b '.repeat(300)}end`),
  ]);
  const all = pages.join('');

  expect(all).toContain('level0');
  expect(all).toContain('level34');
  expect(all).toContain('aquotation');
  expect(all).toContain('farinside');
});

test('the same report is the same file, with its title and its language for those who file it', async () => {
  const blocks = [fruit, tableOf([text('a')], [['b']])];
  const [first, second] = await Promise.all([pdfOf(blocks, 'Filed'), pdfOf(blocks, 'Filed')]);

  expect(first.equals(second)).toBe(true);
  const file = first.toString('latin1');
  expect(file).toContain('/Title (Filed)');
  expect(file).toContain('/Author (Sluice)');
  expect(file).toContain('/Lang (en)');
  expect(file).not.toContain('/CreationDate');
});

test('an emoji is a letter like any other, in text and in code', async () => {
  const pdf = await pdfOf([
    { kind: 'paragraph', text: 'Launch 🚀 now' },
    { kind: 'code', text: 'ok ✅' },
  ]);
  expect(pdfFonts(pdf).join()).toContain('NotoEmoji');
  expect(pdfPages(pdf)[0]).toContain('🚀');
});
