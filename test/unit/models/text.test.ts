import { compileJsonSchema, JsonSchemaError } from '../../../src/contracts/templates/json-schema.js';
import { canonicalJson } from '../../../src/crypto/digest.js';
import { promptDigestOf } from '../../../src/models/digest.js';
import { cleanModelText, oneLine, readModelJson } from '../../../src/models/text.js';
import { textOfHtml, titleOfHtml } from '../../../src/models/tools/page.js';
import { retryAfterMs } from '../../../src/domain/retry-after.js';
import { countTokens } from '../../../src/models/ledger/token-counter.js';

test('text is made fit for PostgreSQL and keeps everything else', () => {
  expect(cleanModelText('a\u0000b\r\nc\rd \ud83d e \ude42 🙂')).toBe('ab\nc\nd \ufffd e \ufffd 🙂');
});

test('a line of somebody else brings no markup, address or line end', () => {
  expect(oneLine('# A *b* | c\n<img src=x> ![i](http://e/) [l](http://e/) http://e/?x=1 `d`', 200)).toBe(
    'A b c img src=x i l d',
  );
  expect(oneLine('🙂'.repeat(50), 10)).toBe(`${'🙂'.repeat(9)}…`);
});

test('a JSON value carries no prototype, no NUL and no second value', () => {
  const reading = readModelJson('{"__proto__":{"admin":true},"a":"x\\u0000y"}');
  expect(reading).toEqual({ ok: true, value: { a: 'xy' } });
  expect(readModelJson('{"a":1} {"b":2}')).toMatchObject({ ok: false });
  expect(readModelJson('')).toMatchObject({ ok: false });
  expect(readModelJson(`{"a":${'['.repeat(70)}${']'.repeat(70)}}`)).toMatchObject({ ok: false });
  expect(readModelJson(`{"a":"${'['.repeat(70)}"}`)).toMatchObject({ ok: true });
});

test('a schema checks types, bounds and extra members, and names the path', () => {
  const check = compileJsonSchema({
    type: 'object',
    properties: {
      items: {
        type: 'array',
        items: { type: 'object', properties: { n: { type: 'integer', maximum: 3 } }, required: ['n'] },
      },
    },
    required: ['items'],
    additionalProperties: false,
  });
  expect(check({ items: [{ n: 3 }] })).toEqual({ ok: true, value: { items: [{ n: 3 }] } });
  expect(check({ items: [{ n: 9 }, {}], extra: 1 })).toMatchObject({
    ok: false,
    problems: [{ path: 'items.0.n' }, { path: 'items.1.n' }, { path: '(root)' }],
  });
});

test.each([
  [{ type: 'string' }, /object or array/],
  [{ type: 'object', if: {}, then: {} }, /not supported/],
  [{ type: 'object', required: ['a'] }, /"a" is required/],
  [
    { type: 'object', properties: { b: { type: 'object', required: ['c'], properties: {} } } },
    /"c" is required/,
  ],
])('the schema %j is refused', (schema, message) => {
  expect(() => compileJsonSchema(schema)).toThrow(JsonSchemaError);
  expect(() => compileJsonSchema(schema)).toThrow(message);
});

test('the digest of a prompt knows no order of members and no handlers', () => {
  expect(canonicalJson({ b: 1, a: { d: 2, c: undefined } })).toBe('{"a":{"d":2},"b":1}');
  const messages = [{ role: 'user' as const, content: 'x' }];
  expect(promptDigestOf({ messages, onDelta: () => undefined, model: 'm' })).toBe(
    promptDigestOf({ messages }),
  );
});

test('a page becomes its text, whatever its markup does', () => {
  expect(textOfHtml('<p>a<script>x()</script>b</p></script><li>c &lt;d&gt; &#x1F642;<!-- e -->')).toBe(
    'ab\n\nc <d> 🙂',
  );
  expect(textOfHtml('<SCRIPT>never closed')).toBe('');
  expect(textOfHtml('a < b and <unclosed')).toBe('a');
  expect(titleOfHtml('<title>\n A\n B </title>')).toBe('A\nB');
});

test.each(['<', '<script>', '<!--', '&', '<title', '</'])(
  'a page of nothing but %j comes to an end',
  (part) => {
    const html = part.repeat(300_000);
    expect(textOfHtml(html).length).toBeLessThanOrEqual(html.length);
    expect(titleOfHtml(html).length).toBeLessThanOrEqual(200);
  },
);

test.each([
  [{ 'retry-after': '2' }, 2_000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:10 GMT' }, 9_000],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': '-5' }, null],
  [{}, null],
])('the wait in %j is %s ms', (headers: Record<string, string>, expected) => {
  expect(retryAfterMs(headers, 1_000)).toBe(expected);
});

test('tokens are counted in any script, with special tokens as text, and a run of letters does not hang it', () => {
  expect(countTokens('hello world')).toBe(2);
  expect(countTokens('<|endoftext|>')).toBeGreaterThan(1);
  expect(countTokens('')).toBe(0);
  expect(countTokens('あ'.repeat(200_000))).toBeGreaterThan(10_000);
  expect(countTokens('a b '.repeat(500_000))).toBeGreaterThan(800_000);
});
