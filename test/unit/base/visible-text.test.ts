import { visibleText } from '../../../src/domain/visible-text.js';

test.each([
  ['an invoice \u202etxt.exe', 'an invoice [U+202E]txt.exe'],
  ['a\u0000b\u2066c\u200b', 'a[U+0000]b[U+2066]c[U+200B]'],
  ['a\u0007b\u009fc', 'a[U+0007]b[U+009F]c'],
  ['日本語 – ünïcödé 👩‍👩‍👧', '日本語 – ünïcödé 👩‍👩‍👧'],
])('%j is seen as %j', (text, seen) => {
  expect(visibleText(text)).toBe(seen);
});
