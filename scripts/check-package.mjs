// Packs the product as npm would publish it. It installs the tarball into an empty folder and runs the command
// from there. npm fetches the dependencies, so this needs a registry; `npm test` checks the contents alone.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
const run = (program, args, cwd = folder) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  run('npm', ['pack', '--silent', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', join(folder, tarball)]);
  const help = run('npx', ['--no-install', 'sluice', '--help']);
  if (!help.includes('Exit codes:')) throw new Error(`sluice --help printed:\n${help}`);
  const { findings } = JSON.parse(
    run('npx', ['--no-install', 'sluice', 'doctor', '--only', 'configuration', '-o', 'json']),
  );
  console.log(`${tarball} is installed; doctor finds ${findings.map(({ what }) => what).join(', ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
