import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const files = ['package-lock.json', 'tsconfig.json', 'scripts/build.mjs', 'scripts/console-bundle.mjs'];
const folders = ['src', 'web'];

/** A hash over everything that a build is made of. */
export function sourcesHash(root) {
  const hash = createHash('sha256');
  const found = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
    );
  for (const path of [...files.map((file) => join(root, file)), ...found.sort()]) {
    hash.update(`${path.slice(root.length)}\n`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

export function buildIsStale(root) {
  const stamp = join(root, 'dist/.stamp');
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== sourcesHash(root);
}

export function stampBuild(root, hash) {
  writeFileSync(join(root, 'dist/.stamp'), hash);
}
