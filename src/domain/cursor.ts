/**
 * Keyset paging over any list ordered by `(at desc, id desc)`.
 *
 * C1. A position is a value, never an offset or a reference to a row: rows may change between two pages.
 * C2. `at` stays the database's own text with its microseconds. A Date would cut them, and pages would repeat or skip.
 * C3. The filters of a list are signed with it (see api/http/pagination.ts): a position never leaves its list.
 */
export interface CursorKey {
  /** RFC 3339 in UTC with microseconds, as the database gave it. */
  readonly at: string;
  readonly id: string;
}

export interface CursorPosition {
  /** `next`: rows older than the key. `prev`: rows newer than the key. */
  readonly direction: 'next' | 'prev';
  readonly key: CursorKey;
  /** True: the row of the key itself belongs to the page. Needed to come back from a page that turned out empty. */
  readonly inclusive: boolean;
}

export interface CursorPage<Row> {
  /** Newest first, whichever way the page was reached. */
  readonly rows: Row[];
  readonly next: CursorPosition | undefined;
  readonly prev: CursorPosition | undefined;
}

const CURSOR_VERSION = 1;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/;
const CODES = { next: 'n', prev: 'p' } as const;

/** The text inside a cursor: `[version, direction, inclusive, at, id]`. */
export function writePosition(position: CursorPosition): string {
  const { direction, inclusive, key } = position;
  return JSON.stringify([CURSOR_VERSION, CODES[direction], inclusive ? 1 : 0, key.at, key.id]);
}

/** Gives undefined for anything that `writePosition` did not write. */
export function readPosition(text: string): CursorPosition | undefined {
  const parts = parseArray(text);
  if (parts?.length !== 5 || parts[0] !== CURSOR_VERSION) return undefined;
  const [, code, inclusive, at, id] = parts;
  if (typeof at !== 'string' || !TIMESTAMP.test(at) || typeof id !== 'string' || id === '') return undefined;
  if ((code !== 'n' && code !== 'p') || (inclusive !== 0 && inclusive !== 1)) return undefined;
  return { direction: code === 'n' ? 'next' : 'prev', inclusive: inclusive === 1, key: { at, id } };
}

function parseArray(text: string): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Turns the rows of one query into a page. The query asks for `limit + 1` rows in its own direction: the extra row only
 * says that there are more. `position` is undefined on the first page.
 */
export function toCursorPage<Row>(
  found: readonly Row[],
  {
    limit,
    position,
    keyOf,
  }: {
    readonly limit: number;
    readonly position: CursorPosition | undefined;
    readonly keyOf: (row: Row) => CursorKey;
  },
): CursorPage<Row> {
  const backwards = position?.direction === 'prev';
  const kept = found.slice(0, limit);
  const rows = backwards ? kept.reverse() : kept;
  const more = found.length > limit;
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return emptyPage(position);
  const next = (): CursorPosition => ({ direction: 'next', key: keyOf(last), inclusive: false });
  const prev = (): CursorPosition => ({ direction: 'prev', key: keyOf(first), inclusive: false });
  return {
    rows,
    next: more || backwards ? next() : undefined,
    prev: backwards ? (more ? prev() : undefined) : position === undefined ? undefined : prev(),
  };
}

/** Everything beyond the key is gone: the way back begins with the row of the key itself. */
function emptyPage<Row>(position: CursorPosition | undefined): CursorPage<Row> {
  if (position === undefined) return { rows: [], next: undefined, prev: undefined };
  const back = { key: position.key, inclusive: !position.inclusive } as const;
  return position.direction === 'next'
    ? { rows: [], next: undefined, prev: { direction: 'prev', ...back } }
    : { rows: [], next: { direction: 'next', ...back }, prev: undefined };
}
