import { readMarkdown } from '../../../src/activities/reports/read-markdown.js';
import { MOST_CHARACTERS, MOST_ROWS, reportPages } from '../../../src/activities/reports/pages.js';
import { breakable } from '../../../src/domain/reports/breakable-text.js';
import { tableOf, text } from '../../../src/domain/reports/blocks.js';
import type { ReportBlock, TableRow } from '../../../src/domain/reports/document.js';

interface Pages {
  readonly running: string;
  readonly sections: {
    blocks: { rows: unknown[]; note: string | null; text: string; columns: { width: number }[] }[];
  }[];
}

async function pagesOf(blocks: ReportBlock[], title = 'A report'): Promise<Pages> {
  const section = { name: 'one', title: 'One', missing: null, blocks };
  const document = { title, lines: [], sections: [section] };
  return JSON.parse(await reportPages(document, { draw: () => '', author: 'a', lang: 'en' })) as Pages;
}

test('of a table without an end so many rows are read, its source is closed, and the page says that there are more', async () => {
  let read = 0;
  let isClosed = false;
  async function* endless(): AsyncGenerator<TableRow> {
    try {
      for (;;) yield [String((read += 1))];
    } finally {
      isClosed = true;
    }
  }
  const pages = await pagesOf([tableOf([text('a')], endless()), tableOf([text('a')], [['one more']])]);
  const [first, second] = pages.sections[0]!.blocks;

  expect(first?.rows).toHaveLength(MOST_ROWS);
  expect(first?.note).toMatch(/Only the first 2000 rows are printed/);
  expect({ read, isClosed }).toEqual({ read: MOST_ROWS + 1, isClosed: true });
  expect(second).toMatchObject({ rows: [], note: expect.stringContaining('Only the first 0 rows') });
});

test('a table of exactly so many rows is whole', async () => {
  const rows = Array.from({ length: MOST_ROWS }, () => ['a']);

  expect((await pagesOf([tableOf([text('a')], rows)])).sections[0]!.blocks[0]?.note).toBeNull();
});

test('a text without an end is cut and says so once, and short pieces count for what they take', async () => {
  const [first, second] = (
    await pagesOf([
      { kind: 'paragraph', text: 'a b '.repeat(MOST_CHARACTERS) },
      { kind: 'paragraph', text: 'after' },
    ])
  ).sections[0]!.blocks;

  expect(first?.text.length).toBeLessThan(MOST_CHARACTERS + 200);
  expect(first?.text).toMatch(/cut here/);
  expect(second?.text).toBe('');
  const list: ReportBlock = { kind: 'markdown', blocks: readMarkdown('- a\n'.repeat(100_000)) };
  const printed = JSON.stringify(await pagesOf([list]));
  expect(printed.match(/"a"/g)?.length).toBeLessThan(MOST_CHARACTERS / 16);
  expect(printed.match(/cut here/g)).toHaveLength(1);
});

test('the widest columns give way until all fit, and the narrow ones keep their width', async () => {
  const row = ['x'.repeat(200), 'y'.repeat(200), 'short'];
  const widths = (
    await pagesOf([tableOf(['a', 'b', 'c'].map(text), [row])])
  ).sections[0]!.blocks[0]!.columns.map(({ width }) => width);

  expect(widths[0]).toBe(widths[1]);
  expect(widths[2]).toBeLessThan(6);
  expect(widths.reduce((sum, width) => sum + width, 0)).toBeLessThanOrEqual(67);
});

test('the line at the head of a page is one line, however long the title', async () => {
  expect((await pagesOf([], '日本'.repeat(200))).running).toMatch(/^(日本)+日?…$/);
  expect((await pagesOf([], 'two\nlines')).running).toBe('two lines');
});

test('a word is broken only where it does not fit, between characters as people see them, and nothing is added', () => {
  const family = '👩‍👩‍👧';

  expect(breakable('short words', 10)).toBe('short words');
  expect(breakable('日本語の文章は自分で折り返します', 5)).toBe('日本語の文章は自分で折り返します');
  expect(breakable(`see ${'x'.repeat(10)}`, 5)).toEqual(['see ', 'xxxx', 'xxxx', 'xx']);
  expect(breakable(family.repeat(9), 5)).toEqual([family.repeat(4), family.repeat(4), family]);
  expect(breakable('a\u202Eb\u0000c\ud800', 9)).toBe('abc\ufffd');
});
