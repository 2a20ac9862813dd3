import { z } from 'zod';

const OUT_OF_RANGE = 'must be within the years 1 to 9999 in UTC';

/**
 * A moment that a client gives, as RFC 3339 in UTC from here on, with its microseconds. PostgreSQL refuses offsets
 * beyond 15:59 and the years 0 and 10000 of RFC 3339. Read there, they would be a 500.
 */
export const givenMoment = z.iso
  .datetime({ offset: true })
  .refine((text) => utcOf(text) !== undefined, OUT_OF_RANGE)
  .overwrite((text) => utcOf(text) ?? text);

function utcOf(text: string): string | undefined {
  const [, wall = '', fraction = '', offset = 'Z'] = /^([^.]+?)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const ms = Date.parse(`${wall.length === 16 ? `${wall}:00` : wall}${offset}`);
  if (Number.isNaN(ms)) return undefined;
  const utc = new Date(ms).toISOString();
  // A year beyond four digits has a sign in front of it.
  if (!/^\d{4}-/.test(utc) || utc.startsWith('0000')) return undefined;
  // A rounded fraction could be in the next second: what is finer than a microsecond is cut off.
  return `${utc.slice(0, 19)}${fraction.slice(0, 7)}Z`;
}
