const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * True for a name of the IANA database, in its spelling: `Asia/Tokyo`, `UTC`. No offsets, which know no summer time, and
 * no other spelling, which some readers of that database refuse.
 */
export function isTimeZone(name: string): boolean {
  if (name === 'UTC') return true;
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)+$/.test(name)) return false;
  try {
    const known = formatOf(name).resolvedOptions().timeZone;
    return known === name || known.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

/** Milliseconds that the clocks of a zone are ahead of UTC at a moment. */
export function offsetAt(zone: string, atMs: number): number {
  const seconds = Math.floor(atMs / 1_000) * 1_000;
  const part = {} as Record<Intl.DateTimeFormatPartTypes, number>;
  for (const { type, value } of formatOf(zone).formatToParts(seconds)) part[type] = Number(value);
  const { year, month, day, hour, minute, second } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}
