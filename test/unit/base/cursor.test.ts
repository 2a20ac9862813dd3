import fc from 'fast-check';
import { createPager, type ListScope } from '../../../src/api/http/pagination.js';
import { Problem } from '../../../src/api/http/problems.js';
import {
  readPosition,
  toCursorPage,
  writePosition,
  type CursorKey,
  type CursorPosition,
} from '../../../src/domain/cursor.js';

const secret = 'a secret that is long enough to sign with';
const pager = createPager({ current: secret });
const scope: ListScope = { list: 'users', filters: { role: 'ADMIN', isActive: true, q: undefined } };

const at = (micros: number): string => `2026-01-02T03:04:05.${String(micros).padStart(6, '0')}Z`;

/** The query of a database: rows beyond the key, in the direction's order, one more than the page. */
function query(rows: readonly CursorKey[], limit: number, position: CursorPosition | undefined): CursorKey[] {
  const compare = (a: CursorKey, b: CursorKey): number =>
    a.at === b.at ? (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) : a.at < b.at ? -1 : 1;
  const older = [...rows].sort((a, b) => compare(b, a));
  if (position === undefined) return older.slice(0, limit + 1);
  const sign = position.direction === 'next' ? -1 : 1;
  const beyond = older.filter((row) => {
    const order = compare(row, position.key);
    return order === sign || (position.inclusive && order === 0);
  });
  return (position.direction === 'next' ? beyond : beyond.reverse()).slice(0, limit + 1);
}

function firstCursor(listScope: ListScope = scope): string {
  const rows = [1, 2, 3].map((n) => ({ at: at(n), id: `usr_${n}` }));
  const request = pager.request(listScope, { limit: 2 });
  return pager.page(listScope, request, { rows: query(rows, 2, undefined), keyOf: (row) => row }).nextCursor!;
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return 'accepted';
}

test('pages forwards and back over many rows of one moment show every row once, in order', () => {
  const rowsOf = fc.uniqueArray(
    fc.record({ at: fc.integer({ min: 0, max: 3 }).map(at), id: fc.string({ minLength: 1, maxLength: 4 }) }),
    { selector: (row) => `${row.at} ${row.id}`, maxLength: 60 },
  );
  fc.assert(
    fc.property(rowsOf, fc.integer({ min: 1, max: 7 }), (rows, limit) => {
      const everything = query(rows, rows.length, undefined);
      const pages = walk(rows, limit);
      expect(pages.flatMap((page) => page.rows)).toEqual(everything);
      const back: CursorKey[][] = [];
      for (let prev = pages.at(-1)!.prev; prev !== undefined;) {
        const page = toCursorPage(query(rows, limit, prev), { limit, position: prev, keyOf: (row) => row });
        back.unshift(page.rows);
        prev = page.prev;
      }
      expect([...back.flat(), ...pages.at(-1)!.rows]).toEqual(everything);
    }),
  );
});

function walk(rows: readonly CursorKey[], limit: number) {
  const pages = [
    toCursorPage(query(rows, limit, undefined), { limit, position: undefined, keyOf: (row) => row }),
  ];
  for (let next = pages[0]!.next; next !== undefined; next = pages.at(-1)!.next) {
    pages.push(toCursorPage(query(rows, limit, next), { limit, position: next, keyOf: (row) => row }));
  }
  return pages;
}

test('a page whose rows are all gone leads back to the row it came from', () => {
  const key = { at: at(5), id: 'usr_5' };
  const position: CursorPosition = { direction: 'next', key, inclusive: false };
  const empty = toCursorPage<CursorKey>([], { limit: 20, position, keyOf: (row) => row });
  expect(empty.prev).toEqual({ direction: 'prev', key, inclusive: true });
  expect(query([key], 20, empty.prev)).toEqual([key]);
});

test('a position survives being written and read, microseconds and all', () => {
  const positions = fc.record({
    direction: fc.constantFrom('next', 'prev') as fc.Arbitrary<'next' | 'prev'>,
    inclusive: fc.boolean(),
    key: fc.record({ at: fc.integer({ min: 0, max: 999_999 }).map(at), id: fc.string({ minLength: 1 }) }),
  });
  fc.assert(
    fc.property(positions, (position) => expect(readPosition(writePosition(position))).toEqual(position)),
  );
});

test('any text that is not a position is read as none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => expect(readPosition(text)).toBeUndefined()),
  );
  expect(readPosition('[2,"n",0,"2026-01-02T03:04:05Z","usr_1"]')).toBeUndefined();
  expect(readPosition('[1,"n",0,"yesterday","usr_1"]')).toBeUndefined();
});

test.each([
  '[1,"n",0,"2026-01-02T03:04:05Z",""]',
  '[1,"n",0,"2026-01-02T03:04:05Z",5]',
  '[1,"n",0,5,"usr_1"]',
  '[1,"n",0,"2026-01-02T03:04:05.1234567Z","usr_1"]',
  '[1,"n",0,"x2026-01-02T03:04:05Z","usr_1"]',
  '[1,"n",0,"2026-01-02T03:04:05Zx","usr_1"]',
  '[1,"n",2,"2026-01-02T03:04:05Z","usr_1"]',
  '[1,"n",true,"2026-01-02T03:04:05Z","usr_1"]',
  '[1,"next",0,"2026-01-02T03:04:05Z","usr_1"]',
  '[1,"x",1,"2026-01-02T03:04:05Z","usr_1"]',
  '[1,"n",0,"2026-01-02T03:04:05Z","usr_1",6]',
  '[1,"n",0,"2026-01-02T03:04:05Z"]',
])('%s is no position', (text) => {
  expect(readPosition(text)).toBeUndefined();
});

test('a whole second is a moment too', () => {
  const key = { at: '2026-01-02T03:04:05Z', id: 'usr_1' };
  expect(readPosition('[1,"p",1,"2026-01-02T03:04:05Z","usr_1"]')).toEqual({
    direction: 'prev',
    inclusive: true,
    key,
  });
});

const rowAt = (second: number): CursorKey => ({ at: `2026-01-02T03:04:0${second}Z`, id: `usr_${second}` });
const positionOf = (direction: 'next' | 'prev', second: number, inclusive = false): CursorPosition => ({
  direction,
  key: rowAt(second),
  inclusive,
});

type Shown = [rows: number[], next: CursorPosition | undefined, prev: CursorPosition | undefined];

test.each<[string, number[], CursorPosition | undefined, Shown]>([
  ['the first page with more behind it', [5, 4, 3], undefined, [[5, 4], positionOf('next', 4), undefined]],
  ['the first page that is the only one', [5, 4], undefined, [[5, 4], undefined, undefined]],
  ['an empty list', [], undefined, [[], undefined, undefined]],
  [
    'a page with more behind it',
    [5, 4, 3],
    positionOf('next', 6),
    [[5, 4], positionOf('next', 4), positionOf('prev', 5)],
  ],
  ['the last page', [5, 4], positionOf('next', 6), [[5, 4], undefined, positionOf('prev', 5)]],
  [
    'a page on the way back with more before it',
    [4, 5, 6],
    positionOf('prev', 3),
    [[5, 4], positionOf('next', 4), positionOf('prev', 5)],
  ],
  [
    'the first page on the way back',
    [4, 5],
    positionOf('prev', 3),
    [[5, 4], positionOf('next', 4), undefined],
  ],
  ['nothing behind', [], positionOf('next', 6), [[], undefined, positionOf('prev', 6, true)]],
  ['nothing before', [], positionOf('prev', 6, true), [[], positionOf('next', 6, false), undefined]],
])('%s leads where there may be rows', (_what, found, position, [shown, next, prev]) => {
  expect(toCursorPage(found.map(rowAt), { limit: 2, position, keyOf: (row) => row })).toEqual({
    rows: shown.map(rowAt),
    next,
    prev,
  });
});

test('a cursor is taken back by its own list, whatever the order and the absence of filters', () => {
  const cursor = firstCursor();
  const same = { list: 'users', filters: { isActive: true, role: 'ADMIN' } };
  expect(pager.request(same, { limit: 99, cursor }).position?.key.id).toBe('usr_2');
  expect(createPager({ current: secret }).request(scope, { limit: 1, cursor }).position).toBeDefined();
});

test.each<[string, ListScope]>([
  ['another list', { list: 'audit-logs', filters: scope.filters }],
  ['another filter value', { list: 'users', filters: { role: 'ANALYST', isActive: true } }],
  ['one filter less', { list: 'users', filters: { role: 'ADMIN' } }],
  ['one filter more', { list: 'users', filters: { role: 'ADMIN', isActive: true, q: 'a' } }],
  ['a value of another type', { list: 'users', filters: { role: 'ADMIN', isActive: 'true' } }],
])('a cursor of %s is refused', (_what, other) => {
  const cursor = firstCursor();
  expect(refusal(() => pager.request(other, { limit: 20, cursor }))).toBe('invalid_cursor');
});

test('a cursor that was signed with another secret is refused', () => {
  const cursor = firstCursor();
  const stranger = createPager({ current: 'another secret that is long enough' });
  expect(refusal(() => stranger.request(scope, { limit: 20, cursor }))).toBe('invalid_cursor');
});

test('a cursor of before a change of the secret goes on, and what follows it is signed with the new one', () => {
  const next = 'another secret that is long enough';
  const changed = createPager({ current: next, previous: secret });
  const request = changed.request(scope, { limit: 1, cursor: firstCursor() });
  const { nextCursor } = changed.page(scope, request, {
    rows: ['usr_3', 'usr_4'],
    keyOf: (id) => ({
      ...request.position!.key,
      id,
    }),
  });
  const cursor = nextCursor!;
  expect(createPager({ current: next }).request(scope, { limit: 1, cursor }).position?.key.id).toBe('usr_3');
  expect(refusal(() => pager.request(scope, { limit: 1, cursor }))).toBe('invalid_cursor');
});

test('a cursor with any letter changed, lost or added is refused', () => {
  const cursor = firstCursor();
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let index = 0; index < cursor.length; index += 1) {
    const other = alphabet[(alphabet.indexOf(cursor[index]!) + 1) % alphabet.length]!;
    const changed = `${cursor.slice(0, index)}${other}${cursor.slice(index + 1)}`;
    expect(refusal(() => pager.request(scope, { limit: 20, cursor: changed }))).toBe('invalid_cursor');
  }
  expect(refusal(() => pager.request(scope, { limit: 20, cursor: cursor.slice(0, -1) }))).toBe(
    'invalid_cursor',
  );
  expect(refusal(() => pager.request(scope, { limit: 20, cursor: `${cursor}A` }))).toBe('invalid_cursor');
});

test('anything that was never a cursor is refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (cursor) => {
      expect(refusal(() => pager.request(scope, { limit: 20, cursor }))).toBe('invalid_cursor');
    }),
  );
});
