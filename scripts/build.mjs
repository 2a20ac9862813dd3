// Builds everything into dist/: the compiled processes, the migrations, the workflow bundle, the console.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sourcesHash, stampBuild } from './build-stamp.mjs';
import { bundleConsole } from './console-bundle.mjs';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const inDist = (path) => join(root, 'dist', path);

// Taken before: what changes meanwhile makes this build stale.
const hash = sourcesHash(root);
console.log('Building …');
rmSync(inDist(''), { recursive: true, force: true });
await compile();
cpSync(join(root, 'src/db/migrations'), inDist('db/migrations'), { recursive: true });
for (const file of [
  'activities/reports/report.typ',
  'activities/reports/typeset-program.mjs',
  'platform/sql/duckdb-program.mjs',
  'platform/temporal/sealed-failures.cjs',
]) {
  cpSync(join(root, 'src', file), inDist(file));
}
node('bundling the workflows', inDist('workers/build-workflow-bundle.js'));
await bundleConsole({ outdir: inDist('console') });
node('describing the API', join(root, 'scripts/openapi.mjs'));
stampBuild(root, hash);

/** File by file, without a look at the types: `npm run typecheck` does that, and takes a minute. */
async function compile() {
  const sources = readdirSync(join(root, 'src'), { recursive: true }).filter((path) => path.endsWith('.ts'));
  await build({
    entryPoints: sources.map((path) => join(root, 'src', path)),
    outbase: join(root, 'src'),
    outdir: inDist(''),
    tsconfig: join(root, 'tsconfig.json'),
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
  });
}

/** The output of a step matters only when it fails. */
function node(what, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  console.error(`${stdout}${stderr}\nThe build failed while ${what}.`);
  process.exit(1);
}
