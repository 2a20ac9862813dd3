import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(new URL('.', import.meta.url).pathname, '../../..');
const entry = join(root, 'src/workflows/index.ts');
const cache = join(root, 'node_modules/.cache/sluice-test');

/**
 * A run has one bundle, which is kept between runs as long as no source of it changes. Returns its path. If the
 * build fails, it is the path of a file with the reason: only tests of workflows fail.
 */
export async function prepareWorkflowBundle() {
  const path = join(cache, `workflow-bundle-${sourcesHash()}.js`);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  for (const old of readdirSync(cache)) {
    // Another run may be at work with a bundle of its own: only what is long out of use goes.
    const unused = Date.now() - statSync(join(cache, old)).mtimeMs > 3_600_000;
    if (unused && /^workflow-bundle-.*\.(js|error)$/.test(old)) rmSync(join(cache, old), { force: true });
  }
  try {
    const { bundleWorkflowCode } = await import('@temporalio/worker');
    const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
    const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger: quiet });
    return write(path, code);
  } catch (error) {
    return write(path.replace(/\.js$/, '.error'), String(error instanceof Error ? error.message : error));
  }
}

function write(path, text) {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

function sourcesHash() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const room of ['workflows', 'domain', 'contracts']) {
    const folder = join(root, 'src', room);
    if (!existsSync(folder)) continue;
    // With the folders of the capabilities: a bundle of older sources would let every test of a workflow pass.
    for (const name of readdirSync(folder, { recursive: true }).sort()) {
      if (/\.ts$/.test(name)) hash.update(`${room}/${name}\n`).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
