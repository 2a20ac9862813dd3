import { renameSync, writeFileSync } from 'node:fs';

/** Whole or not at all, and for its owner's eyes only. */
export function writePrivateJson(path: string, content: unknown): void {
  const making = `${path}.${process.pid}`;
  writeFileSync(making, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(making, path);
}
