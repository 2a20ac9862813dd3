import type {
  MarkdownBlock,
  MarkdownInline,
  ReportBlock,
  ReportDocument,
  ReportTable,
  TableRow,
} from './document.js';

/** Charts are left out: their numbers stand in the tables below them. */
export async function* reportMarkdown(document: ReportDocument): AsyncGenerator<string> {
  yield `# ${plain(document.title)}\n\n`;
  for (const line of document.lines) yield `${plain(line)}  \n`;
  for (const section of document.sections) {
    yield `\n## ${plain(section.title)}\n\n`;
    if (section.missing !== null) yield `> **This section is missing.** ${plain(section.missing)}\n\n`;
    for (const block of section.blocks) {
      if (block.kind === 'table') yield* tableMarkdown(block.table);
      else if (block.kind !== 'chart') yield `${blockMarkdown(block)}\n\n`;
    }
  }
}

function blockMarkdown(block: Exclude<ReportBlock, { kind: 'table' | 'chart' }>): string {
  switch (block.kind) {
    case 'heading':
      return `### ${plain(block.text)}`;
    case 'paragraph':
      return block.tone === undefined ? plain(block.text) : `> ${plain(block.text)}`;
    case 'facts':
      return block.rows.map(([label, value]) => `- **${plain(label)}**: ${plain(value)}`).join('\n');
    case 'code':
      return fenced(block.text);
    case 'markdown':
      return writtenMarkdown(block.blocks);
  }
}

async function* tableMarkdown({ columns, rows }: ReportTable): AsyncGenerator<string> {
  const line = (cells: TableRow): string => `| ${cells.map(plain).join(' | ')} |\n`;
  const head = `${line(columns.map(({ title }) => title))}|${columns.map(({ as }) => (as === 'number' ? ' ---: ' : ' --- ')).join('|')}|\n`;
  let isEmpty = true;
  for await (const row of rows) {
    if (isEmpty) yield head;
    isEmpty = false;
    yield line(row);
  }
  yield isEmpty ? 'Nothing.\n\n' : '\n';
}

/** Text as text: whatever stands in it is neither markup nor the end of its line or cell. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>|#!&~$^]/g, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/^([-+=])/, '\\$1');
}

/** The fence is longer than any in it, so nothing in it can end it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.replace(/\n+$/, '')}\n${fence}`;
}

/** Foreign text, below the headings of the report. */
function writtenMarkdown(blocks: readonly MarkdownBlock[]): string {
  return blocks.map(written).join('\n\n');
}

function written(block: MarkdownBlock): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(Math.min(6, block.level + 3))} ${inline(block.content)}`;
    case 'paragraph':
      return inline(block.content);
    case 'list':
      return block.items
        .map((item, index) => {
          const mark = block.start === null ? '- ' : `${block.start + index}. `;
          return `${mark}${indented(writtenMarkdown(item), mark.length)}`;
        })
        .join('\n');
    case 'quote':
      return writtenMarkdown(block.blocks)
        .split('\n')
        .map((line) => `> ${line}`.trimEnd())
        .join('\n');
    case 'code':
      return fenced(block.text);
    case 'rule':
      return '---';
    case 'table': {
      const line = (cells: readonly (readonly MarkdownInline[])[]): string =>
        `| ${cells.map((cell) => inCell(inline(cell))).join(' | ')} |`;
      return [line(block.head), `|${block.head.map(() => ' --- ').join('|')}|`, ...block.rows.map(line)].join(
        '\n',
      );
    }
  }
}

/** In code a bar has no backslash yet. Outside of a table a reader would see that backslash. */
function inCell(text: string): string {
  return text.replaceAll('\n', ' ').replace(/(?<!\\)\|/g, '\\|');
}

function indented(text: string, by: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`);
}

const marks = { strong: '**', emphasis: '*', deleted: '~~' } as const;

function inline(content: readonly MarkdownInline[]): string {
  return content.map(inlineOf).join('');
}

function inlineOf(each: MarkdownInline): string {
  switch (each.kind) {
    case 'text':
      return spaced(each.text);
    case 'code': {
      const ticks = '`'.repeat(
        1 + Math.max(0, ...[...each.text.matchAll(/`+/g)].map(([found]) => found.length)),
      );
      const body = each.text.replace(/\s+/g, ' ');
      return ticks.length === 1 ? `\`${body}\`` : `${ticks} ${body} ${ticks}`;
    }
    case 'break':
      return '  \n';
    case 'strong':
    case 'emphasis':
    case 'deleted':
      return `${marks[each.kind]}${inline(each.content)}${marks[each.kind]}`;
  }
}

/** Like `plain`, with the spaces at both ends kept: it stands in the middle of a sentence. */
function spaced(text: string): string {
  const [, before = '', after = ''] = /^(\s*)(?:[\s\S]*?)(\s*)$/.exec(text) ?? [];
  return text.trim() === '' ? ' ' : `${before && ' '}${plain(text)}${after && ' '}`;
}
