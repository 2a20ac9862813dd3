/** `340 ms`, `12.3 s`, `4 min 05 s`, `3 h 20 min`, `2 d 04 h`; a dash for none. */
export function humanDuration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${twoDigits(hours % 24)} h`;
}

/** `12,345`. */
export function humanCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** To the tenth of a cent; a dash when the price is not known. */
export function humanCost(usd: number | null): string {
  return usd === null ? '–' : `$${usd.toFixed(usd !== 0 && Math.abs(usd) < 0.01 ? 6 : 3)}`;
}

/** `12.5 %`; a dash when there is nothing to be a part of. */
export function humanShare(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`;
}

/** To the second: nobody reads microseconds on a page. */
export function humanTime(at: string | null): string {
  return at === null ? '–' : `${at.slice(0, 19).replace('T', ' ')} UTC`;
}

/** Enough of a digest to recognise it. */
export function shortDigest(digest: string | null): string {
  return digest === null ? '–' : digest.slice(0, 12);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
