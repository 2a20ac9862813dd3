// Makes the package `@sluice/client` from src/client. It is an ESM file without dependencies for Node and
// browsers, and the types of the route records. `npm pack ./dist-client` makes the tarball. Arguments: the
// folder, and `--program-only` to leave the types out.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const folder = resolve(process.argv[2] ?? join(root, 'dist-client'));
const { version, license, engines, dependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: [join(root, 'src/client/index.ts')],
  outfile: join(folder, 'index.js'),
  bundle: true,
  format: 'esm',
  // Neither Node nor a browser: what only one of them has does not resolve.
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  sourcemap: true,
  sourcesContent: false,
});
if (process.argv[3] !== '--program-only') declare();
cpSync(join(root, 'src/client/README.md'), join(folder, 'README.md'));
cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);

function declare() {
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/typescript-native/bin/tsc'),
      '-p',
      join(root, 'tsconfig.client.json'),
      '--outDir',
      join(folder, 'types'),
    ],
    { cwd: root, encoding: 'utf8' },
  );
  if (status === 0) return;
  console.error(stdout);
  process.exit(1);
}

function manifest() {
  return {
    name: '@sluice/client',
    version,
    description: 'The typed client of the Sluice HTTP API, for Node and browsers.',
    license,
    type: 'module',
    sideEffects: false,
    engines,
    exports: { '.': { types: './types/client/index.d.ts', default: './index.js' } },
    types: './types/client/index.d.ts',
    files: ['index.js', 'index.js.map', 'types'],
    // Of its types alone: nothing of it is loaded.
    dependencies: { zod: dependencies.zod },
  };
}
