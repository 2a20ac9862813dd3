/**
 * A model's text, fit to be stored. PostgreSQL takes no NUL, and a lone half of a surrogate pair is no text. Newlines
 * become one kind.
 */
export function cleanModelText(text: string): string {
  return text
    .replaceAll('\u0000', '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** Text from elsewhere for a line, a cell or a heading of ours. Its markup, addresses and line ends stay behind. */
export function oneLine(text: string, maxChars: number): string {
  const flat = text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*_|<>#]/g, ' ')
    .replace(/https?:\/\/\S+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return flat.length <= maxChars ? flat : `${[...flat].slice(0, maxChars - 1).join('')}…`;
}

export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string };

/** Deeper values are refused: validators and readers recurse, and no sensible schema needs it. */
const MAX_DEPTH = 64;

/**
 * Reads the JSON value in a model's text. It is the text itself, a fenced block, or the part between the first bracket
 * and
 * the last. A model that explains itself around the value is forgiven; half a value is not.
 */
export function readModelJson(text: string): JsonReading {
  const trimmed = text.trim();
  for (const candidate of [trimmed, fencedIn(trimmed), bracketedIn(trimmed)]) {
    if (candidate === undefined) continue;
    if (isTooDeep(candidate)) return { ok: false, why: `the JSON is nested deeper than ${MAX_DEPTH} levels` };
    const parsed = parse(candidate);
    if (parsed !== undefined) return { ok: true, value: parsed.value };
  }
  return { ok: false, why: 'the answer is not one JSON value' };
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text, dropDangerousKeys) as unknown };
  } catch {
    return undefined;
  }
}

/** `__proto__` of a parsed object is an own property that a later copy would turn into a prototype. */
function dropDangerousKeys(key: string, value: unknown): unknown {
  if (key === '__proto__') return undefined;
  return typeof value === 'string' ? cleanModelText(value) : value;
}

function fencedIn(text: string): string | undefined {
  const start = text.indexOf('```');
  const end = text.lastIndexOf('```');
  if (start === -1 || end <= start) return undefined;
  const firstLine = text.indexOf('\n', start);
  return firstLine === -1 || firstLine > end ? undefined : text.slice(firstLine + 1, end).trim();
}

function bracketedIn(text: string): string | undefined {
  const start = text.search(/[{[]/);
  if (start === -1) return undefined;
  const end = text.lastIndexOf(text[start] === '{' ? '}' : ']');
  return end <= start ? undefined : text.slice(start, end + 1);
}

/** Counted over the text before it is parsed: the parser itself would be the one to run out of stack. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (inString) {
      if (char === '\\') index += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return false;
}
