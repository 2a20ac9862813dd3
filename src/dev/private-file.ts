import { chmodSync, chownSync, existsSync, renameSync, writeFileSync } from 'node:fs';

/** The file appears whole, with its owner, or not at all, however the process ends. Its owner alone may read it. */
export function writePrivateFile(
  path: string,
  content: string,
  owner?: { readonly uid: number; readonly gid: number },
): void {
  const making = `${path}.${process.pid}`;
  writeFileSync(making, content, { mode: 0o600 });
  if (owner !== undefined) chownSync(making, owner.uid, owner.gid);
  renameSync(making, path);
}

export function writePrivateJson(path: string, content: unknown): void {
  writePrivateFile(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** Closes the files of an SQLite database that an earlier start left open to others. An absent one stays absent. */
export function closeDatabaseFiles(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
}
