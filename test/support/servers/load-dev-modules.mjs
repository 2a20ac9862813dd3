import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(new URL('.', import.meta.url).pathname, '../../..');
const cacheInCheckout = join(root, 'node_modules/.cache/sluice-test');

const names = [
  'home-lock',
  'ports',
  'postgres/postgres',
  'postgres/programs',
  'parts/process-part',
  'temporal/binary',
  'temporal/cache-folder',
  'temporal/temporal',
];

/** The supervisors of `src/dev`, compiled beside the packages: jest loads its set-up outside of its own transforms. */
export async function loadDevModules() {
  const outdir = join(cacheInCheckout, `dev-${process.pid}`);
  await build({
    entryPoints: readdirSync(join(root, 'src/dev'), { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(root, 'src/dev', name)),
    outdir,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  });
  const modules = await Promise.all(
    names.map((name) => import(pathToFileURL(join(outdir, `${name}.js`)).href)),
  );
  const dispose = () => rmSync(outdir, { recursive: true, force: true });
  return Object.assign({ cacheInCheckout, dispose }, ...modules);
}
