import fc from 'fast-check';
import { checkStatement } from '../../../src/domain/sql/statement-check.js';
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
