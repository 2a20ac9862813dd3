import fc from 'fast-check';
import { retryAfterMs } from '../../../src/domain/retry-after.js';

const now = Date.parse('2026-01-02T03:04:05Z');

test.each<[Record<string, string>, number | null]>([
  [{}, null],
  [{ 'retry-after': '' }, null],
  [{ 'retry-after': '  ' }, null],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '120' }, 120_000],
  [{ 'retry-after': ' 120 ' }, 120_000],
  [{ 'retry-after': '1.25' }, 1_250],
  [{ 'retry-after': '0.0001' }, 1],
  [{ 'retry-after': '3600' }, 3_600_000],
  [{ 'retry-after': '3601' }, 3_600_000],
  [{ 'retry-after': '-5' }, null],
  [{ 'retry-after': '12x' }, null],
  [{ 'retry-after': 'x12' }, null],
  [{ 'retry-after': '1.' }, null],
  [{ 'retry-after': '1.5.5' }, null],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': 'Mon' }, null],
  [{ 'retry-after': 'in 2027' }, null],
  [{ 'retry-after': 'Monday, nothing' }, null],
  [{ 'retry-after': 'Fri, 02 Jan 2026 03:05:05 GMT' }, 60_000],
  [{ 'retry-after': 'Friday, 02-Jan-26 03:05:05 GMT' }, 60_000],
  [{ 'retry-after': 'Fri Jan 2 03:05:05 2026 UTC' }, 60_000],
  [{ 'retry-after': '2026-01-02T03:05:05Z' }, 60_000],
  [{ 'retry-after': 'x2026-01-02T03:05:05Z' }, null],
  [{ 'retry-after': 'xFri, 02 Jan 2026 03:05:05 GMT' }, null],
  [{ 'retry-after': 'FRI, 02 Jan 2026 03:05:05 GMT' }, null],
  [{ 'retry-after': 'Fri, 02 Jan 2026 03:04:00 GMT' }, 0],
  [{ 'retry-after': 'Fri, 02 Jan 2099 03:05:05 GMT' }, 3_600_000],
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after-ms': '250.2' }, 251],
  [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
  [{ 'retry-after-ms': 'x250', 'retry-after': '7' }, 7_000],
  [{ 'retry-after-ms': '250x', 'retry-after': '7' }, 7_000],
  [{ 'retry-after-ms': '250.' }, null],
  [{ 'retry-after-ms': '99999999' }, 3_600_000],
])('the headers %j ask for a wait of %s ms', (headers, wait) => {
  expect(retryAfterMs(headers, now)).toBe(wait);
});

test('whatever a receiver sends, the wait is a whole number of milliseconds and at most an hour', () => {
  const texts = fc.oneof(fc.string(), fc.float({ min: 0, noNaN: true }).map(String), fc.date().map(String));
  fc.assert(
    fc.property(texts, texts, (exact, given) => {
      const wait = retryAfterMs({ 'retry-after-ms': exact, 'retry-after': given }, now);
      expect(wait === null || (Number.isInteger(wait) && wait >= 0 && wait <= 3_600_000)).toBe(true);
    }),
  );
});
