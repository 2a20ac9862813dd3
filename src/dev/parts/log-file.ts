import { copyFileSync, existsSync, openSync, statSync, truncateSync } from 'node:fs';

const LIMIT_BYTES = 8_000_000;

/** For a part that writes there by itself, always behind the end. */
export function openLog(path: string): number {
  rotateLog(path);
  return openSync(path, 'a', 0o600);
}

/**
 * Keeps what was written as `<file>.1` and begins anew. The part goes on with the file that it has open: it is emptied, not
 * replaced. True when it was.
 */
export function rotateLog(path: string, limitBytes = LIMIT_BYTES): boolean {
  if (!existsSync(path) || statSync(path).size <= limitBytes) return false;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
  return true;
}
