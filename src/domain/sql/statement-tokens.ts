/** A piece of a statement's text, as PostgreSQL takes it apart. All of them in a row are the text. */
export interface SqlToken {
  readonly kind: 'space' | 'comment' | 'string' | 'word' | 'other';
  readonly text: string;
}

const LINE_COMMENT = /--[^\n\r]*/y;
const SPACE = /[ \t\n\r\f\v]+/y;
/** In a string with E before it a backslash takes the next character with it. */
const ESCAPED_STRING = /[eE]'(?:[^'\\]|\\[^]|'')*(?:'|$)/y;
const STRING = /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)/y;
const QUOTED_NAME = /(?:[uU]&)?"(?:[^"]|"")*(?:"|$)/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\d[\w.]*|\.\d[\w]*/y;
const PARAMETER = /\$\d+/y;

export function tokensOf(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(text: string, at: number): SqlToken {
  const space = matchAt(SPACE, text, at);
  if (space !== undefined) return { kind: 'space', text: space };
  const comment = matchAt(LINE_COMMENT, text, at) ?? blockCommentAt(text, at);
  if (comment !== undefined) return { kind: 'comment', text: comment };
  const string = matchAt(ESCAPED_STRING, text, at) ?? matchAt(STRING, text, at) ?? dollarStringAt(text, at);
  if (string !== undefined) return { kind: 'string', text: string };
  const name = matchAt(QUOTED_NAME, text, at);
  if (name !== undefined) return { kind: 'other', text: name };
  const word = matchAt(WORD, text, at);
  if (word !== undefined) return { kind: 'word', text: word };
  const value = matchAt(NUMBER, text, at) ?? matchAt(PARAMETER, text, at);
  return { kind: 'other', text: value ?? text.charAt(at) };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** They nest. An open one goes to the end. */
function blockCommentAt(text: string, at: number): string | undefined {
  if (!text.startsWith('/*', at)) return undefined;
  const edges = /\/\*|\*\//g;
  edges.lastIndex = at;
  let depth = 0;
  for (let edge = edges.exec(text); edge !== null; edge = edges.exec(text)) {
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return text.slice(at, edges.lastIndex);
  }
  return text.slice(at);
}

function dollarStringAt(text: string, at: number): string | undefined {
  const tag = matchAt(DOLLAR_TAG, text, at);
  if (tag === undefined) return undefined;
  const end = text.indexOf(tag, at + tag.length);
  return end === -1 ? text.slice(at) : text.slice(at, end + tag.length);
}
