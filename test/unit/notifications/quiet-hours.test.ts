import fc from 'fast-check';
import { daysBetween, localDateAt, momentOf } from '../../../src/domain/notifications/local-time.js';
import { quietUntil } from '../../../src/domain/notifications/quiet-hours.js';

const night = { from: '22:00', to: '07:00' };
const until = (zone: string, at: string, quiet = night): string | null => {
  const end = quietUntil(quiet, zone, Date.parse(at));
  return end === undefined ? null : new Date(end).toISOString();
};

test.each([
  ['Asia/Tokyo', '2026-03-10T12:59:00Z', null],
  ['Asia/Tokyo', '2026-03-10T13:00:00Z', '2026-03-10T22:00:00.000Z'],
  ['Asia/Tokyo', '2026-03-10T21:59:00Z', '2026-03-10T22:00:00.000Z'],
  ['Asia/Tokyo', '2026-03-10T22:00:00Z', null],
  // The clocks go forward in this night: it is an hour shorter.
  ['Europe/Berlin', '2026-03-28T23:30:00Z', '2026-03-29T05:00:00.000Z'],
  // And back in this one.
  ['Europe/Berlin', '2026-10-24T22:30:00Z', '2026-10-25T06:00:00.000Z'],
])('quiet from 22 to 7 in %s at %s lasts until %s', (zone, at, end) => {
  expect(until(zone, at)).toBe(end);
});

test('quiet hours within a day, and none when both ends are the same', () => {
  expect(until('UTC', '2026-01-01T13:00:00Z', { from: '12:00', to: '14:00' })).toBe(
    '2026-01-01T14:00:00.000Z',
  );
  expect(until('UTC', '2026-01-01T14:00:00Z', { from: '12:00', to: '14:00' })).toBeNull();
  expect(until('UTC', '2026-01-01T11:59:00Z', { from: '12:00', to: '14:00' })).toBeNull();
  expect(until('UTC', '2026-01-01T12:00:00Z', { from: '12:00', to: '14:00' })).toBe(
    '2026-01-01T14:00:00.000Z',
  );
  expect(until('UTC', '2026-01-01T14:00:00Z', { from: '08:00', to: '08:00' })).toBeNull();
  expect(quietUntil(null, 'UTC', 0)).toBeUndefined();
});

test('an end that a change of the clocks leaves out comes when the clocks are past it', () => {
  expect(until('Europe/Berlin', '2026-03-29T00:30:00Z', { from: '22:00', to: '02:30' })).toBe(
    '2026-03-29T01:30:00.000Z',
  );
});

const zones = [
  'UTC',
  'Asia/Tokyo',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
];
const time = fc
  .integer({ min: 0, max: 1439 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);

test('whatever the zone and the hour, a hold ends within 26 hours and is not quiet any more', () => {
  const moments = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2028, 0, 1) });
  fc.assert(
    fc.property(fc.constantFrom(...zones), moments, time, time, (zone, atMs, from, to) => {
      const end = quietUntil({ from, to }, zone, atMs);
      if (end === undefined) return;
      expect(end).toBeGreaterThan(atMs);
      expect(end - atMs).toBeLessThanOrEqual(26 * 3_600_000);
      expect(localDateAt(zone, end) >= localDateAt(zone, atMs)).toBe(true);
    }),
  );
});

test('the local date turns at midnight of the office, whatever the clocks do', () => {
  expect(localDateAt('Asia/Tokyo', Date.parse('2026-03-10T15:00:00Z'))).toBe('2026-03-11');
  expect(localDateAt('America/New_York', Date.parse('2026-03-08T04:59:00Z'))).toBe('2026-03-07');
  expect(localDateAt('America/New_York', Date.parse('2026-11-01T03:59:59Z'))).toBe('2026-10-31');
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
  expect(new Date(momentOf('Asia/Tokyo', '2026-03-11', 0)).toISOString()).toBe('2026-03-10T15:00:00.000Z');
  expect(() => localDateAt('Mars/Olympus', 0)).toThrow(RangeError);
});
