import { parseRange } from '../../../src/domain/reports/byte-range.js';
import { contentDisposition } from '../../../src/domain/reports/content-disposition.js';

test.each([
  ['bytes=0-', { first: 0, last: 99 }],
  ['bytes=10-19', { first: 10, last: 19 }],
  ['bytes=5-5', { first: 5, last: 5 }],
  ['bytes=99-', { first: 99, last: 99 }],
  ['bytes=90-500', { first: 90, last: 99 }],
  ['bytes=-10', { first: 90, last: 99 }],
  ['bytes=-500', { first: 0, last: 99 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=20-10', undefined],
  ['bytes=200-100', undefined],
  ['bytes=0-1,5-6', undefined],
  ['items=0-1', undefined],
  ['bytes=-', undefined],
  ['', undefined],
])('of 100 bytes, %s is %j', (header, range) => {
  expect(parseRange(header, 100)).toEqual(range);
});

test('nothing of an empty result can be asked for', () => {
  expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
});

test('a file name of any script goes out in a form that every client takes, and ends no header', () => {
  expect(contentDisposition('attachment', '売上 "x".html')).toBe(
    `attachment; filename="_x_.html"; filename*=UTF-8''%E5%A3%B2%E4%B8%8A%20%22x%22.html`,
  );
});
