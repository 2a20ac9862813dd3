import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs';

/** Whole or not at all, and for its owner's eyes only. */
export function writePrivateJson(path: string, content: unknown): void {
  const making = `${path}.${process.pid}`;
  writeFileSync(making, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(making, path);
}

/** SQLite gives the files beside its database the rights of the database itself, and made anew it would have those of all. */
export function keepDatabasePrivate(path: string): void {
  writeFileSync(path, '', { flag: 'a', mode: 0o600 });
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
}
