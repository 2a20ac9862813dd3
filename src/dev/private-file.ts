import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs';

/** Whole or not at all, and for its owner's eyes only. */
export function writePrivateJson(path: string, content: unknown): void {
  const making = `${path}.${process.pid}`;
  writeFileSync(making, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(making, path);
}

/** Closes the files of an SQLite database that an earlier start left open to others. An absent one stays absent. */
export function closeDatabaseFiles(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
}
