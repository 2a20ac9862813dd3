// Runs a program of bench/: `node scripts/bench.mjs events [arguments]`. Servers come from the environment (DATABASE_URL …).
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [name, ...rest] = process.argv.slice(2);
const root = new URL('..', import.meta.url);
const outfile = fileURLToPath(new URL(`node_modules/.cache/bench/${name}.mjs`, root));

await build({
  entryPoints: [fileURLToPath(new URL(`bench/${name}.ts`, root))],
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
});
const child = spawn(process.execPath, ['--expose-gc', outfile, ...rest], {
  stdio: 'inherit',
  cwd: fileURLToPath(root),
});
child.on('exit', (code) => process.exit(code ?? 1));
