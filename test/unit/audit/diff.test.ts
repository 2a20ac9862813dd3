import fc from 'fast-check';
import { canonicalJson } from '../../../src/domain/audit/canonical-json.js';
import { auditText, diffStates, MASK } from '../../../src/domain/audit/diff.js';

test('with both sides known only what differs is kept', () => {
  const diff = diffStates(
    { name: 'a', role: 'ADMIN', tags: ['x'] },
    { name: 'a', role: 'ANALYST', tags: ['x'] },
  );
  expect(diff).toEqual({ before: { role: 'ADMIN' }, after: { role: 'ANALYST' } });
});

test('a secret that changed shows that it changed and nothing else', () => {
  const diff = diffStates({ url: 'https://a', secret: 'old' }, { url: 'https://a', secret: 'new' });
  expect(diff).toEqual({ before: { secret: MASK }, after: { secret: MASK } });
});

test.each([
  'password',
  'clientSecret',
  'apiKey',
  'api_key',
  'accessToken',
  'Authorization',
  'key_hash',
  'cookie',
])('a member called %s is masked however deep it stands', (name) => {
  const { after } = diffStates(undefined, { outer: [{ [name]: 'open sesame' }] });
  expect(JSON.stringify(after)).not.toContain('open sesame');
});

test('counts and flags whose names speak of tokens stay readable', () => {
  expect(diffStates(undefined, { maxTokens: 5, hasSecret: true }).after).toEqual({
    maxTokens: 5,
    hasSecret: true,
  });
});

test('keys of ours and passwords in addresses are masked wherever they stand', () => {
  expect(auditText('tried slk_abcDEF-123 twice')).toBe(`tried ${MASK} twice`);
  expect(auditText('postgres://me:pw@host/db')).toBe(`postgres://${MASK}@host/db`);
});

test('texts that the database cannot hold are made storable, and long ones cut', () => {
  expect(auditText('a\0b\ud800c')).toBe('a\ufffdb\ufffdc');
  expect(auditText('x'.repeat(1_200))).toBe(`${'x'.repeat(1_000)}… (+200)`);
});

test('canonical text depends on the value alone, not on the order it was made in', () => {
  const shuffled = (value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, item]) => [key, shuffled(item)]),
        )
      : value;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
    }),
  );
});

const maskedItems = (count: number): unknown =>
  diffStates(undefined, { items: Array.from({ length: count }, (_, index) => index) }).after?.['items'];

test('a list keeps its first hundred members and says how many more there were', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index);
  expect(maskedItems(100)).toEqual(hundred);
  expect(maskedItems(102)).toEqual([...hundred, '… (+2)']);
});

test('a value keeps six levels, and an ellipsis stands for the rest', () => {
  const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });
  expect(JSON.stringify(diffStates(undefined, { a: nested(4) }).after)).toBe(
    JSON.stringify({ a: nested(4) }),
  );
  expect(JSON.stringify(diffStates(undefined, { a: nested(5) }).after)).toContain('{"a":"…"}');
});

test('each list in a list is a level, and keeps the name that its secrets have', () => {
  expect(diffStates(undefined, { a: [[[[['x']]]]] }).after).toEqual({ a: [[[[['x']]]]] });
  expect(diffStates(undefined, { a: [[[[[['x']]]]]] }).after).toEqual({ a: [[[[['…']]]]] });
  expect(diffStates(undefined, { password: [['x']] }).after).toEqual({ password: MASK });
});

test('a side without a state is null', () => {
  expect(diffStates(undefined, undefined)).toEqual({ before: null, after: null });
});
