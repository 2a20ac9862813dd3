import { tokensOf, type SqlToken } from './statement-tokens.js';

/**
 * Lays a statement out: a line for each clause, column and condition. A query within it stands a step to the right.
 *
 * F1. Only the space between tokens changes. Within a line it appears and goes at commas alone.
 * F2. Strings on two lines are one string: their line end stays. So does the one behind a line comment.
 * F3. A word begins a clause only at the level of a query, and not as a name.
 * F4. Lines depend on the tokens: a layout laid out again is the same.
 */
export function formatStatement(text: string): string {
  const layout = new Layout();
  const pieces = piecesOf(text);
  pieces.forEach((piece, index) => layout.add(piece, pieces[index - 1], pieces.slice(index + 1, index + 4)));
  return layout.text;
}

interface Piece extends SqlToken {
  /** In lower case, where it is a word. */
  readonly word: string | undefined;
  readonly spaced: boolean;
  readonly onNewLine: boolean;
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let space = '';
  for (const token of tokensOf(text)) {
    if (token.kind === 'space') {
      space = token.text;
      continue;
    }
    const word = token.kind === 'word' ? token.text.toLowerCase() : undefined;
    pieces.push({ ...token, word, spaced: space !== '', onNewLine: /[\n\r]/.test(space) });
    space = '';
  }
  return pieces;
}

const CLAUSES: ReadonlySet<string> = new Set([
  'select',
  'from',
  'where',
  'having',
  'limit',
  'offset',
  'fetch',
  'window',
  'union',
  'intersect',
  'except',
]);
const PAIRED: ReadonlySet<string> = new Set(['group', 'order']);
const JOINING: ReadonlySet<string> = new Set(['join', 'left', 'right', 'full', 'inner', 'cross', 'natural']);
const QUERIES: ReadonlySet<string | undefined> = new Set(['select', 'with', 'values']);
const STEP = '  ';

interface Level {
  /** A list of arguments, or anything else in parentheses that is no query. */
  readonly isQuery: boolean;
  /** Of its own lines, and of the line that opens it. */
  readonly indent: string;
  readonly outside: string;
  clause: string;
  /** The AND of a BETWEEN begins no condition. */
  isBetween: boolean;
  /** CASE and its WHENs stay on their line. */
  cases: number;
}

class Layout {
  text = '';
  readonly #levels: Level[] = [];
  #level = levelOf({ isQuery: true, indent: '', outside: '' });
  #line = '';
  /** Without comments. */
  #before: Piece | undefined;
  #last: Piece | undefined;

  add(piece: Piece, neighbour: Piece | undefined, next: readonly Piece[]): void {
    const outer = piece.text === ')' ? this.#levels.pop() : undefined;
    const begins = outer === undefined ? this.#beginsAt(piece, next) : closesAt(this.#level);
    this.#level = outer ?? this.#level;
    this.#put(piece, neighbour, begins);
    if (piece.text === '(') this.#open(QUERIES.has(next[0]?.word));
    if (piece.kind === 'comment') return;
    this.#note(piece);
    [this.#last, this.#before] = [this.#before, piece];
  }

  /** The indent of the line that it begins; undefined: it goes on. */
  #beginsAt(piece: Piece, next: readonly Piece[]): string | undefined {
    const [level, before] = [this.#level, this.#before];
    if (piece.kind === 'comment' && !piece.onNewLine) return undefined;
    if (before === undefined) return this.text === '' ? undefined : this.#level.indent;
    if (before.kind === 'string' && piece.kind === 'string' && piece.onNewLine) return this.#deeper;
    if (!level.isQuery) return undefined;
    if (before.text === '(' || before.text === ';') return this.#level.indent;
    if (before.text === ',' && level.clause === 'with') return this.#level.indent;
    if (before.text === ',' && level.clause === 'select') return this.#deeper;
    if (before.word === 'as' || before.text === '.') return undefined;
    if (isClause(piece, next[0]) && !this.#isDistinctFrom(piece)) return this.#level.indent;
    if (JOINING.has(piece.word ?? '')) return this.#joins(piece, next) ? this.#level.indent : undefined;
    const isCondition = piece.word === 'or' || (piece.word === 'and' && !level.isBetween);
    return isCondition && level.cases === 0 ? this.#deeper : undefined;
  }

  /** LEFT and RIGHT are functions as well. */
  #joins(piece: Piece, next: readonly Piece[]): boolean {
    const before = this.#before?.word ?? '';
    if (JOINING.has(before) || before === 'outer') return false;
    const words = [piece, ...next].map(({ word }) => word ?? '');
    const end = words.findIndex((word) => !JOINING.has(word) && word !== 'outer');
    return words.slice(0, end === -1 ? undefined : end).includes('join');
  }

  #isDistinctFrom({ word }: Piece): boolean {
    const last = this.#last?.word;
    return word === 'from' && this.#before?.word === 'distinct' && (last === 'is' || last === 'not');
  }

  #put(piece: Piece, neighbour: Piece | undefined, indent: string | undefined): void {
    const isCutOff = neighbour?.kind === 'comment' && neighbour.text.startsWith('--');
    if (neighbour === undefined) this.text += piece.text;
    else if (indent !== undefined || isCutOff) this.#newLine(piece, indent ?? this.#deeper);
    else if (piece.text === ',') this.text += piece.text;
    else this.text += (piece.spaced || neighbour.text === ',' ? ' ' : '') + piece.text;
  }

  #note({ word, text }: Piece): void {
    const level = this.#level;
    if (word === 'between') level.isBetween = true;
    if (word === 'and') level.isBetween = false;
    if (word === 'case') level.cases += 1;
    if (word === 'end') level.cases = Math.max(0, level.cases - 1);
    if (text === ';') level.clause = '';
    if (word === 'with' && level.clause === '') level.clause = 'with';
    if (word !== undefined && (CLAUSES.has(word) || PAIRED.has(word))) level.clause = word;
  }

  #newLine({ text }: Piece, indent: string): void {
    this.#line = indent;
    this.text += `\n${indent}${text}`;
  }

  #open(isQuery: boolean): void {
    this.#levels.push(this.#level);
    const indent = isQuery ? this.#line + STEP : this.#level.indent;
    this.#level = levelOf({ isQuery, indent, outside: this.#line });
  }

  get #deeper(): string {
    return this.#level.indent + STEP;
  }
}

function levelOf(place: Pick<Level, 'isQuery' | 'indent' | 'outside'>): Level {
  return { ...place, clause: '', isBetween: false, cases: 0 };
}

function closesAt({ isQuery, outside }: Level): string | undefined {
  return isQuery ? outside : undefined;
}

function isClause({ word }: Piece, next: Piece | undefined): boolean {
  if (word === undefined) return false;
  return CLAUSES.has(word) || (PAIRED.has(word) && next?.word === 'by');
}
