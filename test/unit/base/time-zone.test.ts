import { isTimeZone, offsetAt } from '../../../src/domain/time-zone.js';

test.each([
  'UTC',
  'Asia/Tokyo',
  'America/Argentina/Buenos_Aires',
  'Europe/Berlin',
  'America/Port-au-Prince',
  'Etc/GMT+5',
  // A second name of a zone, which resolves to the first.
  'Asia/Calcutta',
])('%s is a time zone', (name) => {
  expect(isTimeZone(name)).toBe(true);
});

test.each([
  '',
  'utc',
  'GMT+9',
  '+09:00',
  'Japan',
  'asia/tokyo',
  'Asia/tokyo',
  'ASIA/TOKYO',
  'Asia/Nowhere',
  'Asia/Tokyo ',
  ' Asia/Tokyo',
  'Asia/',
  '/Tokyo',
  'Asia//Tokyo',
  'xAsia/Tokyo',
  'Asia/Tokyo/',
])('%j is no time zone', (name) => {
  expect(isTimeZone(name)).toBe(false);
});

const HOUR_MS = 3_600_000;

test.each([
  ['UTC', '2026-07-01T00:00:00Z', 0],
  ['Asia/Tokyo', '2026-07-01T00:00:00Z', 9],
  ['Asia/Kolkata', '2026-07-01T00:00:00Z', 5.5],
  ['Europe/Berlin', '2026-01-31T23:59:59.999Z', 1],
  ['Europe/Berlin', '2026-03-29T00:59:59.999Z', 1],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', 2],
  ['Europe/Berlin', '2026-10-25T00:59:59Z', 2],
  ['Europe/Berlin', '2026-10-25T01:00:00Z', 1],
  ['America/New_York', '2025-12-31T23:30:00Z', -5],
  ['Australia/Lord_Howe', '2026-01-01T12:34:56Z', 11],
  ['Australia/Lord_Howe', '2026-07-01T12:34:56Z', 10.5],
])('in %s at %s the clocks are %d hours ahead', (zone, at, hours) => {
  expect(offsetAt(zone, Date.parse(at))).toBe(hours * HOUR_MS);
});

test('parts of a second make no difference, before 1970 either', () => {
  expect(offsetAt('Asia/Tokyo', -1)).toBe(9 * HOUR_MS);
  expect(offsetAt('Asia/Tokyo', 999)).toBe(9 * HOUR_MS);
  expect(offsetAt('Asia/Tokyo', 1_001.5)).toBe(9 * HOUR_MS);
});
