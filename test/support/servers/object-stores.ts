import { createFileLinks } from '../../../src/crypto/file-links.js';
import type { RunResult } from '../../../src/contracts/runs/run.js';
import { createLocalObjectStore } from '../../../src/platform/objects/local.js';
import type { SigningSecrets } from '../../../src/crypto/signing-secrets.js';
import type { ObjectStore } from '../../../src/platform/objects/object-store.js';

/** The secrets that the API and the workers of the tests sign with. */
export const testSecrets: SigningSecrets = { current: 'a secret of the tests, long enough' };

/** All test files and processes of a run share the folder, as an API and its workers do. Keys never meet. */
export function testObjectFolder(): string {
  const folder = process.env['SLUICE_TEST_OBJECTS'];
  if (folder === undefined) throw new Error('run the tests with `npm test`: it makes a folder for objects');
  return folder;
}

export function testObjects(): ObjectStore {
  return createLocalObjectStore({
    folder: testObjectFolder(),
    links: createFileLinks(testSecrets),
  });
}

/** The whole of a result, as it was stored. */
export async function contentOf(
  result: RunResult | null | undefined,
  objects = testObjects(),
): Promise<Buffer> {
  const stored = result && (await objects.get(result.key));
  if (!stored) throw new Error('the result is not there');
  const parts: Buffer[] = [];
  for await (const part of stored.stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
