import fc from 'fast-check';
import { checkStatement } from '../../../src/domain/sql/statement-check.js';
import { formatStatement } from '../../../src/domain/sql/format-statement.js';
import { tokensOf } from '../../../src/domain/sql/statement-tokens.js';
import { positionAt } from '../../../src/domain/sql/text-position.js';
import { loadSqlGrammar } from '../../../src/platform/sql/grammar.js';
import { attacks, legitimate } from '../../support/sql/matrix.js';

const grammar = await loadSqlGrammar();

const verdictOf = (sql: string): string => {
  const parsed = grammar.read(sql);
  return parsed.kind === 'parsed' ? checkStatement(sql, parsed.tree).kind : parsed.kind;
};

test('the matrix is as large as it has to be', () => {
  expect(attacks.length).toBeGreaterThanOrEqual(60);
  expect(legitimate.length).toBeGreaterThanOrEqual(40);
});

test.each(attacks)('the check refuses %s', (_what, sql) => {
  expect(verdictOf(sql)).not.toBe('allowed');
});

test.each(legitimate)('the check lets %s through', (_what, sql) => {
  expect(verdictOf(sql)).toBe('allowed');
});

test('a refusal names the place, in characters, after Japanese text and over lines', () => {
  const sql = "select '日本語',\n       '顧客', pg_sleep(1)";
  const parsed = grammar.read(sql);
  if (parsed.kind !== 'parsed') throw new Error('it can be read');
  expect(checkStatement(sql, parsed.tree)).toMatchObject({
    kind: 'refused',
    position: { line: 2, column: 14 },
  });
});

test('a mistake names its place', () => {
  expect(grammar.read("select '日本'\nfrm frm frm")).toMatchObject({
    kind: 'syntax_error',
    position: { line: 2, column: 5 },
  });
});

test('the fingerprint is that of the statement without its constants, layout and comments', () => {
  const fingerprintOf = (sql: string) => {
    const parsed = grammar.read(sql);
    return parsed.kind === 'parsed' ? parsed.fingerprint : undefined;
  };
  expect(fingerprintOf('select a from t where b = 1')).toBe(
    fingerprintOf('SELECT a\n FROM t -- x\n where b = 22'),
  );
  expect(fingerprintOf('select a from t')).not.toBe(fingerprintOf('select b from t'));
});

test('text of any depth is read or refused, and the next one is read as if nothing had been', () => {
  for (const [open, close] of [
    ['(', ')'],
    ['abs(', ')'],
    ['array[', ']'],
    ['-', ''],
    ['(select ', ')'],
    ["'a'||", ''],
  ]) {
    const sql = `select ${open?.repeat(8_000)}1${close?.repeat(8_000)}`;
    expect(['allowed', 'syntax_error']).toContain(verdictOf(sql));
    expect(verdictOf('select 1')).toBe('allowed');
  }
});

test('whatever is wrapped around a forbidden call, it is found', () => {
  const inside = fc.constantFrom('pg_sleep(1)', 'lo_import($$x$$)', 'pg_read_file($$x$$)', 'nextval($$s$$)');
  const wrappers = [
    (call: string) => `(select ${call})`,
    (call: string) => `coalesce(${call}::text, $$x$$)`,
    (call: string) => `case when ${call} is null then 1 else 2 end`,
    (call: string) => `array[${call}::text]`,
    (call: string) => `row(${call}, 1)`,
    (call: string) => `(with a as (select ${call}) select 1 from a)`,
    (call: string) => `exists (select from generate_series(1, 2) where ${call} is not null)`,
    (call: string) => `xmlelement(name a, ${call}::text)`,
  ];
  const nested = fc.array(fc.constantFrom(...wrappers), { maxLength: 8 });
  fc.assert(
    fc.property(inside, nested, (call, wraps) => {
      expect(verdictOf(`select ${wraps.reduce<string>((inner, wrap) => wrap(inner), call)}`)).toBe('refused');
    }),
  );
});

const checked = (sql: string): ReturnType<typeof checkStatement> => {
  const parsed = grammar.read(sql);
  if (parsed.kind !== 'parsed') throw new Error('it can be read');
  return checkStatement(sql, parsed.tree);
};

test('a statement reads its relations, without those that it names itself in a WITH', () => {
  const sql = 'with own as (select * from sales) select * from own join public.own as other on true';
  expect(checked(sql)).toEqual({
    kind: 'allowed',
    relations: [
      { schema: undefined, name: 'sales' },
      { schema: 'public', name: 'own' },
    ],
  });
});

test.each([
  ['create table copy as select 1', 'CREATE TABLE AS is not a query.'],
  ['drop table sales', 'DROP is not a query.'],
  ['with gone as (delete from sales returning *) select * from gone', 'DELETE changes data or settings.'],
  ['select 1 into copy', 'SELECT INTO creates a table.'],
  ['select * from sales for update', 'FOR UPDATE and FOR SHARE lock rows.'],
  ['select pg_sleep(1)', 'The function pg_sleep may not be called.'],
  ['select * from pg_authid', 'The relation pg_authid may not be read.'],
  ['select 1; select 2', 'Only one statement may be sent.'],
])('%s is refused in words: %s', (sql, reason) => {
  expect(checked(sql)).toMatchObject({ kind: 'refused', reason });
});

test.each([
  ['abc', 0, { line: 1, column: 1 }],
  ['a\nbc\nde', 6, { line: 3, column: 2 }],
  ['a\nbc\nde', 4, { line: 2, column: 3 }],
  ['日本\n😀x', 4, { line: 2, column: 2 }],
  ['abc', -3, { line: 1, column: 1 }],
])('in %j the offset %d is %j', (text, offset, place) => {
  expect(positionAt(text, offset)).toEqual(place);
});

/** Without the places of its parts, which a layout changes. */
const meaningOf = (sql: string): string | undefined => {
  const parsed = grammar.read(sql);
  const withoutPlaces = (key: string, value: unknown): unknown =>
    /location$|^stmt_len$/.test(key) ? undefined : value;
  return parsed.kind === 'parsed' ? JSON.stringify(parsed.tree, withoutPlaces) : undefined;
};

const withoutSpace = (sql: string): string[] =>
  tokensOf(sql)
    .filter(({ kind }) => kind !== 'space')
    .map(({ text }) => text);

test.each(legitimate.concat(attacks))(
  'a layout of %s has the same tokens and the same meaning',
  (_what, sql) => {
    const laidOut = formatStatement(sql);
    expect(withoutSpace(laidOut)).toEqual(withoutSpace(sql));
    expect(meaningOf(laidOut)).toBe(meaningOf(sql));
    expect(formatStatement(laidOut)).toBe(laidOut);
  },
);

test('a layout of any text has its tokens, and is laid out already', () => {
  const text =
    "select from with and left join case end between is distinct group by x 'a' e'\\'' \"b\" $$ ( $$ $t$;$t$ $1 " +
    '/* /* d */ */ 1.5 日本 ( ) , ; . - * :: \' " $$ /* \\ --';
  const pieces = fc.constantFrom<string>('\n', ' ', '\t', '-- c\n', ...text.split(' '));
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const sql = parts.join('');
      const laidOut = formatStatement(sql);
      expect(
        tokensOf(sql)
          .map(({ text }) => text)
          .join(''),
      ).toBe(sql);
      expect(withoutSpace(laidOut)).toEqual(withoutSpace(sql));
      expect(formatStatement(laidOut)).toBe(laidOut);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  [
    'select a,b from t left join u on t.id=u.id where a between 1 and 2 and b in (select id from v) order by 1',
    'select a,\n  b\nfrom t\nleft join u on t.id=u.id\nwhere a between 1 and 2\n  and b in (\n    select id\n    from v\n  )\norder by 1',
  ],
  [
    'with a as (select 1), b as (values (1),(2)) select left(x,2), extract(year from d) from a where x is distinct from 1',
    'with a as (\n  select 1\n),\nb as (\n  values (1), (2)\n)\nselect left(x, 2),\n  extract(year from d)\nfrom a\nwhere x is distinct from 1',
  ],
  ["select 1 -- one\n, 'a'\n'b'", "select 1 -- one\n  ,\n  'a'\n  'b'"],
  [
    'select case when a and b then 1 end as limit from t group by 1 union all select 2',
    'select case when a and b then 1 end as limit\nfrom t\ngroup by 1\nunion all\nselect 2',
  ],
])('%s is laid out', (sql, laidOut) => {
  expect(formatStatement(sql)).toBe(laidOut);
});
