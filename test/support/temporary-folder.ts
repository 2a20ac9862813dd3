import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of this test file's own, which other users may pass through. */
export function useTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-folder-'));
  chmodSync(folder, 0o711);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
