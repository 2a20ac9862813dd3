const MAX_TITLE_CHARS = 200;

/**
 * The text of an HTML page for a model to read. It has no scripts, styles or markup, and a line for each block.
 * Written as a scanner
 * over the text, as expressions over a whole page can be made to run for minutes.
 */
export function textOfHtml(html: string): string {
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) break;
    text += html.slice(at, open);
    if (html.startsWith('<!--', open)) {
      at = after(html, '-->', { from: open + 4 });
      continue;
    }
    const close = html.indexOf('>', open);
    if (close === -1) {
      at = html.length;
      break;
    }
    const name = tagName(html, open, close);
    at = close + 1;
    const opens = html[open + 1] !== '/' && html[close - 1] !== '/';
    if (name !== undefined && silent.has(name) && opens)
      at = after(html, `</${name}`, { from: at, wholeTag: true });
    else if (name !== undefined && breaking.has(name)) text += '\n';
  }
  return tidy(decodeEntities(text + html.slice(at)));
}

export function titleOfHtml(html: string): string {
  const head = html.slice(0, 65_536);
  const start = /<title\b[^<>]{0,200}>/i.exec(head);
  if (start === null) return '';
  const from = start.index + start[0].length;
  const end = head.indexOf('<', from);
  return tidy(decodeEntities(head.slice(from, end === -1 ? from + MAX_TITLE_CHARS : end))).slice(
    0,
    MAX_TITLE_CHARS,
  );
}

const silent = new Set(['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object', 'textarea']);
const breaking = new Set(
  'p div br li ul ol tr table h1 h2 h3 h4 h5 h6 section article header footer main nav aside pre blockquote dt dd hr'.split(
    ' ',
  ),
);

function tagName(html: string, open: number, close: number): string | undefined {
  return /^<\/?([a-z][a-z0-9]*)/i.exec(html.slice(open, Math.min(close, open + 32)))?.[1]?.toLowerCase();
}

/** Behind the next `needle`; for the end of a silent element also behind the tag that it is in. */
function after(
  html: string,
  needle: string,
  { from, wholeTag = false }: { readonly from: number; readonly wholeTag?: boolean },
): number {
  const found = indexOfIgnoringCase(html, needle, from);
  if (found === -1) return html.length;
  if (!wholeTag) return found + needle.length;
  const close = html.indexOf('>', found);
  return close === -1 ? html.length : close + 1;
}

function indexOfIgnoringCase(html: string, needle: string, from: number): number {
  for (let at = html.indexOf(needle[0]!, from); at !== -1; at = html.indexOf(needle[0]!, at + 1)) {
    if (html.slice(at, at + needle.length).toLowerCase() === needle) return at;
  }
  return -1;
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  mdash: '—',
  ndash: '–',
  hellip: '…',
  laquo: '«',
  raquo: '»',
  copy: '©',
  euro: '€',
};

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, ...codes) => {
    const [decimal, hex, name] = codes;
    if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? parseInt(String(hex), 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '';
  });
}

function tidy(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/[^\S\n]+/g, ' ').trim())
    .filter((line, index, lines) => line !== '' || (lines[index - 1] ?? '') !== '')
    .join('\n')
    .trim();
}
