import { escapeHtml } from '../escape-html.js';
import type {
  DocumentSection,
  MarkdownBlock,
  MarkdownInline,
  ReportBlock,
  ReportChart,
  ReportColumn,
  ReportDocument,
  ReportTable,
  TableRow,
} from './document.js';
import { reportStyle } from './style.js';

/** Gives a chart as an SVG element whose texts are escaped. */
export type DrawChart = (chart: ReportChart) => string;

/** A self-contained page: no script, no link, no request to anywhere; readable on paper. */
export async function* reportHtml(document: ReportDocument, draw: DrawChart): AsyncGenerator<string> {
  const title = escapeHtml(document.title);
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${reportStyle}</style>
</head>
<body>
<h1>${title}</h1>
${document.lines.map((line) => `<p class="line">${escapeHtml(line)}</p>\n`).join('')}`;
  for (const section of document.sections) yield* sectionHtml(section, draw);
  yield '</body>\n</html>\n';
}

async function* sectionHtml(section: DocumentSection, draw: DrawChart): AsyncGenerator<string> {
  yield `<section>\n<h2>${escapeHtml(section.title)}</h2>\n`;
  if (section.missing !== null)
    yield `<p class="warning">This section is missing. ${escapeHtml(section.missing)}</p>\n`;
  for (const block of section.blocks) {
    if (block.kind === 'table') yield* tableHtml(block.table);
    else yield `${blockHtml(block, draw)}\n`;
  }
  yield '</section>\n';
}

function blockHtml(block: Exclude<ReportBlock, { kind: 'table' }>, draw: DrawChart): string {
  switch (block.kind) {
    case 'heading':
      return `<h3>${escapeHtml(block.text)}</h3>`;
    case 'paragraph':
      return `<p${block.tone === undefined ? '' : ` class="${block.tone}"`}>${escapeHtml(block.text)}</p>`;
    case 'facts':
      return `<dl>${block.rows.map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`;
    case 'chart':
      return `<figure>${draw(block.chart)}</figure>`;
    case 'code':
      return `<pre>${escapeHtml(block.text)}</pre>`;
    case 'markdown':
      return `<div class="written">${block.blocks.map(markdownHtml).join('\n')}</div>`;
  }
}

async function* tableHtml({ columns, rows }: ReportTable): AsyncGenerator<string> {
  const head = columns.map((column) => `<th${classOf(column)}>${escapeHtml(column.title)}</th>`).join('');
  yield `<div class="wide"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n`;
  let isEmpty = true;
  for await (const row of rows) {
    isEmpty = false;
    yield rowHtml(columns, row);
  }
  yield `</tbody>\n</table></div>\n${isEmpty ? '<p class="none">Nothing.</p>\n' : ''}`;
}

function rowHtml(columns: readonly ReportColumn[], row: TableRow): string {
  const cells = columns.map((column, index) => {
    const text = escapeHtml(row[index]!);
    if (column.as === 'code') return `<td><code>${text}</code></td>`;
    if (column.as === 'status')
      return `<td><span class="badge ${text}">${text.replaceAll('_', ' ')}</span></td>`;
    return `<td${classOf(column)}>${text}</td>`;
  });
  return `<tr>${cells.join('')}</tr>\n`;
}

function classOf(column: ReportColumn): string {
  return column.as === 'number' ? ' class="number"' : '';
}

function markdownHtml(block: MarkdownBlock): string {
  switch (block.kind) {
    case 'heading': {
      // The headings of the report itself end at 3: what somebody else wrote stays below them.
      const tag = `h${Math.min(6, block.level + 3)}`;
      return `<${tag}>${inlineHtml(block.content)}</${tag}>`;
    }
    case 'paragraph':
      return `<p>${inlineHtml(block.content)}</p>`;
    case 'list': {
      const items = block.items.map((item) => `<li>${item.map(markdownHtml).join('\n')}</li>`).join('\n');
      return block.start === null ? `<ul>${items}</ul>` : `<ol start="${block.start}">${items}</ol>`;
    }
    case 'quote':
      return `<blockquote>${block.blocks.map(markdownHtml).join('\n')}</blockquote>`;
    case 'code':
      return `<pre>${escapeHtml(block.text)}</pre>`;
    case 'rule':
      return '<hr>';
    case 'table': {
      const row = (tag: string, cells: readonly (readonly MarkdownInline[])[]): string =>
        `<tr>${cells.map((cell) => `<${tag}>${inlineHtml(cell)}</${tag}>`).join('')}</tr>`;
      return `<div class="wide"><table><thead>${row('th', block.head)}</thead><tbody>${block.rows.map((cells) => row('td', cells)).join('\n')}</tbody></table></div>`;
    }
  }
}

const inlineTags = { strong: 'strong', emphasis: 'em', deleted: 's' } as const;

function inlineHtml(content: readonly MarkdownInline[]): string {
  return content.map(runHtml).join('');
}

function runHtml(each: MarkdownInline): string {
  switch (each.kind) {
    case 'text':
      return escapeHtml(each.text);
    case 'code':
      return `<code>${escapeHtml(each.text)}</code>`;
    case 'break':
      return '<br>';
    case 'strong':
    case 'emphasis':
    case 'deleted':
      return `<${inlineTags[each.kind]}>${inlineHtml(each.content)}</${inlineTags[each.kind]}>`;
  }
}
