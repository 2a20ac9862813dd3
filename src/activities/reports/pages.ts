import { breakable, printable } from '../../domain/reports/breakable-text.js';
import { widthOf } from '../../domain/reports/text-width.js';
import type {
  DocumentSection,
  MarkdownBlock,
  MarkdownInline,
  ReportBlock,
  ReportColumn,
  ReportDocument,
  ReportTable,
  TableRow,
} from '../../domain/reports/document.js';
import type { DrawChart } from '../../domain/reports/html.js';

/**
 * A report as report.typ reads it: texts that fit, columns with widths, foreign text in flat runs. Pages are laid out
 * as a whole, so their number is limited. A document ends at so many rows and characters, with a note.
 */
export interface PageOptions {
  readonly draw: DrawChart;
  readonly author: string;
  readonly lang: string;
}

export const MOST_ROWS = 2_000;
export const MOST_CHARACTERS = 1_000_000;
const PIECE_COST = 16;

/** The page width in ems of each text size in report.typ; prose within lists and quotations has less. */
const lines = {
  title: 28,
  running: 62,
  section: 36,
  prose: 52,
  label: 16,
  value: 34,
  cells: 67,
  code: 54,
  written: 38,
} as const;
/** A letter of code, in ems of the text that it stands in. */
const CODE_LETTER = 0.52;
const codeWidth = (text: string): number => text.length * CODE_LETTER;
/** A column is wide enough for something, and none takes the page for itself. */
const NARROWEST = 3;
const WIDEST = 30;
/** The parts of a cell beside its text. */
const MARGIN = 1;
const BADGE = 1.2;
const BOLD = 1.06;
/** Deeper lists and quotations stand at this depth: each level takes from the width of the page. */
const DEEPEST = 6;

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

interface Budget {
  rows: number;
  characters: number;
}

export async function reportPages(document: ReportDocument, options: PageOptions): Promise<string> {
  const budget: Budget = { rows: MOST_ROWS, characters: MOST_CHARACTERS };
  const sections: Json[] = [];
  for (const section of document.sections) sections.push(await pageSection(section, options, budget));
  return JSON.stringify({
    title: printable(document.title),
    author: options.author,
    lang: options.lang,
    heading: breakable(document.title, lines.title),
    running: oneLine(document.title),
    lines: document.lines.map((line) => breakable(line, lines.prose)),
    sections,
  });
}

/** At the head of every page there is one line. */
function oneLine(title: string): string {
  const characters = Array.from(printable(title).replace(/\s+/g, ' '));
  let width = 0;
  const end = characters.findIndex((character) => (width += widthOf(character)) > lines.running);
  return end === -1 ? characters.join('') : `${characters.slice(0, end).join('')}…`;
}

async function pageSection(section: DocumentSection, options: PageOptions, budget: Budget): Promise<Json> {
  const blocks: Json[] = [];
  for (const block of section.blocks) {
    blocks.push(
      block.kind === 'table' ? await pageTable(block.table, budget) : pageBlock(block, options, budget),
    );
  }
  return {
    title: breakable(section.title, lines.section),
    missing: section.missing === null ? null : breakable(section.missing, lines.prose),
    blocks,
  };
}

function pageBlock(
  block: Exclude<ReportBlock, { kind: 'table' }>,
  { draw }: PageOptions,
  budget: Budget,
): Json {
  switch (block.kind) {
    case 'heading':
      return { kind: 'heading', text: breakable(block.text, lines.section) };
    case 'paragraph':
      return {
        kind: 'paragraph',
        text: breakable(within(block.text, budget), lines.prose),
        warning: block.tone === 'warning',
      };
    case 'facts':
      return {
        kind: 'facts',
        rows: block.rows.map(([label, value]) => [
          breakable(label, lines.label),
          breakable(within(value, budget), lines.value),
        ]),
      };
    case 'chart':
      return { kind: 'chart', title: printable(block.chart.title), svg: draw(block.chart) };
    case 'code':
      return pageCode(block.text, budget);
    case 'markdown':
      return { kind: 'written', blocks: writtenBlocks(block.blocks, 0, budget) };
  }
}

async function pageTable({ columns, rows }: ReportTable, budget: Budget): Promise<Json> {
  const shown: TableRow[] = [];
  let isWhole = true;
  for await (const row of rows) {
    isWhole = budget.rows > 0 && budget.characters >= 0;
    if (!isWhole) break;
    budget.rows -= 1;
    shown.push(columns.map((_, index) => within(row[index] ?? '', budget)));
  }
  const widths = fitted(
    columns.map((column, index) =>
      columnWidth(
        column,
        shown.map((row) => row[index] ?? ''),
      ),
    ),
  );
  const room = (index: number): number => (widths[index] ?? NARROWEST) - MARGIN;
  const cut = `Only the first ${shown.length} rows are printed here. The other formats have them all.`;
  return {
    kind: 'table',
    columns: columns.map(({ title, as }, index) => ({
      title: breakable(title, room(index)),
      as: as ?? 'text',
      width: widths[index] ?? NARROWEST,
    })),
    rows: shown.map((row) =>
      row.map((value, index) => breakable(value, room(index), measureOf(columns[index]))),
    ),
    note: isWhole ? null : cut,
  };
}

function columnWidth(column: ReportColumn, values: readonly string[]): number {
  const measure = measureOf(column);
  const widest = values.reduce((most, value) => Math.max(most, measure(value)), 0);
  const words = column.title.split(' ').map((word) => widthOf(word) * BOLD);
  const wanted = Math.max(widest + (column.as === 'status' ? BADGE : 0), ...words, NARROWEST);
  return Math.min(WIDEST, wanted) + MARGIN;
}

function measureOf(column: ReportColumn | undefined): (text: string) => number {
  return column?.as === 'code' ? codeWidth : widthOf;
}

/** The widest give way first, until all of them fit beside each other. */
function fitted(widths: readonly number[]): number[] {
  const rising = [...widths].sort((one, other) => one - other);
  let room: number = lines.cells;
  for (const [index, width] of rising.entries()) {
    const share = room / (rising.length - index);
    if (width > share) return widths.map((each) => Math.min(each, share));
    room -= width;
  }
  return [...widths];
}

function pageCode(text: string, budget: Budget): Json {
  const shown = within(text, budget).replaceAll('\t', '    ');
  return {
    kind: 'code',
    lines: printable(shown)
      .split('\n')
      .map((line) => breakable(line, lines.code, codeWidth)),
  };
}

/** As much of a text as the document has room for; where it ends, the document says so once. */
function within(text: string, budget: Budget): string {
  if (budget.characters < 0) return '';
  // A short piece takes its place as well: a million of them is no shorter than their letters.
  budget.characters -= text.length + PIECE_COST;
  if (budget.characters >= 0) return text;
  const shown = text.slice(0, Math.max(0, text.length + budget.characters));
  return `${shown}… (cut here: the document is too long to print; the other formats have all of it)`;
}

function writtenBlocks(blocks: readonly MarkdownBlock[], depth: number, budget: Budget): Json[] {
  return blocks.flatMap((block) => (budget.characters < 0 ? [] : writtenBlock(block, depth, budget)));
}

function writtenBlock(block: MarkdownBlock, depth: number, budget: Budget): Json[] {
  switch (block.kind) {
    case 'heading':
      return [{ kind: 'heading', level: block.level, content: runsOf(block.content, budget) }];
    case 'paragraph':
      return [{ kind: 'paragraph', content: runsOf(block.content, budget) }];
    case 'list': {
      if (depth >= DEEPEST) return block.items.flatMap((item) => writtenBlocks(item, depth, budget));
      const items = block.items.flatMap((item) =>
        budget.characters < 0 ? [] : [writtenBlocks(item, depth + 1, budget)],
      );
      return [{ kind: 'list', start: block.start, items }];
    }
    case 'quote': {
      if (depth >= DEEPEST) return writtenBlocks(block.blocks, depth, budget);
      return [{ kind: 'quote', blocks: writtenBlocks(block.blocks, depth + 1, budget) }];
    }
    case 'code':
      return [pageCode(block.text, budget)];
    case 'rule':
      return [{ kind: 'rule' }];
    case 'table':
      return [writtenTable(block, budget)];
  }
}

function writtenTable({ head, rows }: MarkdownBlock & { kind: 'table' }, budget: Budget): Json {
  const width = lines.cells / Math.max(1, head.length) - MARGIN;
  // Flat, and every row as long as the head: the cells find their columns by counting.
  const cells = rows.flatMap((row) => head.map((_, index) => runsOf(row[index] ?? [], budget, { width })));
  return { kind: 'table', head: head.map((cell) => runsOf(cell, budget, { width })), cells };
}

interface Style {
  readonly strong: boolean;
  readonly emphasis: boolean;
  readonly deleted: boolean;
}

interface Layout {
  readonly width?: number;
  readonly style?: Style;
}

const plain: Style = { strong: false, emphasis: false, deleted: false };

/** Runs follow each other, each with its whole style: nothing is nested, however deep it was written. */
function runsOf(content: readonly MarkdownInline[], budget: Budget, layout: Layout = {}): Json[] {
  const { width = lines.written, style = plain } = layout;
  return content.flatMap((inline): Json[] => {
    switch (inline.kind) {
      case 'break':
        return [{ kind: 'break' }];
      case 'text':
      case 'code':
        return [{ kind: inline.kind, text: breakable(within(inline.text, budget), width), ...style }];
      case 'strong':
      case 'emphasis':
      case 'deleted':
        return runsOf(inline.content, budget, { width, style: { ...style, [inline.kind]: true } });
    }
  });
}
