import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Downloads are shared by all checkouts of a user. Where there is no home folder to write to, they stay in ours. */
export function cacheFolder(cacheHome: string | undefined, fallback: string): string {
  const wanted = [cacheHome, homedir() === '' ? undefined : join(homedir(), '.cache')].filter(
    (folder): folder is string => folder !== undefined && folder !== '',
  );
  const found = wanted.map((folder) => join(folder, 'sluice')).find(isWritable);
  if (found !== undefined) return found;
  mkdirSync(fallback, { recursive: true });
  return fallback;
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
