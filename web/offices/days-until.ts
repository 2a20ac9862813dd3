const DAY_MS = 86_400_000;

/** Days from today here to a calendar date; negative once it has passed. */
export function daysUntil(day: string): number {
  const today = new Date();
  const here = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  return Math.round((Date.parse(`${day}T00:00:00Z`) - here) / DAY_MS);
}
