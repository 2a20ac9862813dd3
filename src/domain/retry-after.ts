/** Longer waits are not believed: a wrong clock or a wrong unit would park the work for days. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Milliseconds from `retry-after-ms`, or from `Retry-After` as seconds or as a date; null when neither says. */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const exact = headers['retry-after-ms'];
  if (exact !== undefined && /^\d+(\.\d+)?$/.test(exact)) return bounded(Number(exact));
  const given = headers['retry-after']?.trim();
  if (given === undefined) return null;
  if (/^\d+(\.\d+)?$/.test(given)) return bounded(Number(given) * 1_000);
  // Date.parse reads a year out of almost anything.
  if (!/^[A-Z][a-z]{2,8},? |^\d{4}-\d{2}-/.test(given)) return null;
  const dateMs = Date.parse(given);
  return Number.isNaN(dateMs) ? null : bounded(dateMs - nowMs);
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), MAX_RETRY_AFTER_MS);
}
